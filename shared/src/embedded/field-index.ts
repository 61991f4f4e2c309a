import type { KnownField, QueryField } from '../ports/query.ts';
import { exactly, type Bounds } from './bounds.ts';
import {
  encode,
  endOf,
  fieldKey,
  INDEXED_NAMES,
  presenceTerm,
  readShape,
  SHAPE_MARK,
  SHAPELESS_TERM,
  type IndexedName,
} from './index-terms.ts';
import { anyOf, anyTerm, EVERY, noneOf, type Match } from './match.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Most terms that are looked up one by one for one condition. */
export const MAX_TERMS = 400;
/** Shapes are bounded by the writer. */
const MAX_SHAPES_READ = 2000;

interface Shape {
  readonly term: string;
  readonly known: number;
  readonly paths: readonly string[];
}

/** What the index has about fields, read when it is first needed. One for each request. */
export class FieldIndex {
  readonly vocabulary: Vocabulary;
  #shapes: readonly Shape[] | undefined;

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
  }

  /** Records in which a field has a value, all of them; `certain` are some that have one which conditions can find. */
  presence(field: QueryField): Bounds {
    if (field.type === 'time') return exactly(EVERY);
    const holds = shapeTest(field);
    const having: string[] = [];
    const lacking: string[] = [SHAPELESS_TERM];
    for (const shape of this.#shapesRead()) (holds(shape) ? having : lacking).push(shape.term);
    // What most records have is told by the few that do not.
    const found = having.length <= lacking.length ? anyTerm(having) : noneOf(anyTerm(lacking));
    const alone = presenceTerm(fieldKey(field));
    if (!this.vocabulary.hasBetween(alone, alone)) return exactly(found);
    return { possible: anyOf([found, anyTerm([alone])]), certain: found };
  }

  /** Records with a term that begins with `start`. */
  starting(start: string): Match {
    const terms = this.vocabulary.between(start, endOf(start), MAX_TERMS + 1);
    return terms.length <= MAX_TERMS ? anyTerm(terms) : { op: 'start', start };
  }

  #shapesRead(): readonly Shape[] {
    this.#shapes ??= this.vocabulary
      .between(SHAPE_MARK, endOf(SHAPE_MARK), MAX_SHAPES_READ)
      .map((term) => ({ term, ...readShape(term) }));
    return this.#shapes;
  }
}

function shapeTest(field: Exclude<QueryField, KnownField<'time'>>): (shape: Shape) => boolean {
  if (field.type === 'attribute') {
    const path = encode(field.path);
    return ({ paths }) => paths.includes(path);
  }
  const bit = 1 << INDEXED_NAMES.indexOf(field.name as IndexedName);
  return ({ known }) => (known & bit) !== 0;
}
