import { isTimedByServer } from './arrival-day.ts';
import { decodeString, parseJsonTree, type JsonNode, type JsonObjectNode, type TreeLimits } from './json-tree.ts';

/**
 * Members that the server sets; a second delivery of the same record may carry others. See `record/envelope.ts`. A record that
 * names no trace gets that of its request, and a repeated request comes with another span.
 */
const SERVER_MEMBERS: readonly string[] = ['v', '@timestamp', 'received_at', 'data_set', 'num', 'trace_id', 'span_id'];

/** No canonical record is beyond this, whatever limits are configured; such text counts as different. */
const LIMITS: TreeLimits = { maxDepth: 1000, maxKeys: 1_000_000 };

/**
 * Whether two canonical records say the same, so that the second is a repeated delivery of the first and not other content
 * under a taken address. What the server set is left aside (times, data set, numeric copies, trace): a caller that repeats a request
 * with the same id gets another `received_at`. Numbers are compared as text: 9007199254740993 is not 9007199254740992.
 * Order of members and the way strings are escaped do not matter.
 */
export function sameRecord(left: string, right: string): boolean {
  if (left === right) return true;
  const a = membersOf(left);
  const b = membersOf(right);
  if (a === undefined || b === undefined) return false;
  if (sameMembers(a, b)) return true;
  // A record without a time of its own was given the time of its arrival, which the repetition cannot share.
  if (!hasTimeOfArrival(a) || !hasTimeOfArrival(b)) return false;
  a.members.delete('timestamp');
  b.members.delete('timestamp');
  return sameMembers(a, b);
}

interface Members {
  readonly text: string;
  readonly members: Map<string, JsonNode>;
  readonly timestamp: string | undefined;
  readonly receivedAt: string | undefined;
}

function membersOf(text: string): Members | undefined {
  const root = parse(text);
  if (root?.kind !== 'object') return undefined;
  const members = memberMap(root);
  const timestamp = stringOf(text, members.get('@timestamp'));
  const receivedAt = stringOf(text, members.get('received_at'));
  for (const name of SERVER_MEMBERS) members.delete(name);
  return { text, members, timestamp, receivedAt };
}

function parse(text: string): JsonNode | undefined {
  try {
    return parseJsonTree(text, LIMITS);
  } catch {
    return undefined;
  }
}

/** The last of equal names counts, as with `JSON.parse`. */
function memberMap(node: JsonObjectNode): Map<string, JsonNode> {
  return new Map(node.members.map((member) => [member.key, member.value]));
}

function stringOf(text: string, node: JsonNode | undefined): string | undefined {
  return node?.kind === 'string' ? decodeString(text, node) : undefined;
}

function hasTimeOfArrival({ timestamp, receivedAt }: Members): boolean {
  return timestamp !== undefined && receivedAt !== undefined && isTimedByServer(timestamp, receivedAt);
}

function sameMembers(a: Members, b: Members): boolean {
  return sameMap(a.text, a.members, b.text, b.members);
}

function sameMap(
  aText: string,
  a: ReadonlyMap<string, JsonNode>,
  bText: string,
  b: ReadonlyMap<string, JsonNode>,
): boolean {
  if (a.size !== b.size) return false;
  for (const [name, value] of a) {
    const other = b.get(name);
    if (other === undefined || !sameNode(aText, value, bText, other)) return false;
  }
  return true;
}

function sameNode(aText: string, a: JsonNode, bText: string, b: JsonNode): boolean {
  if (a.kind === 'object') return b.kind === 'object' && sameMap(aText, memberMap(a), bText, memberMap(b));
  if (a.kind === 'array') {
    return (
      b.kind === 'array' &&
      a.items.length === b.items.length &&
      a.items.every((item, index) => {
        const other = b.items[index];
        return other !== undefined && sameNode(aText, item, bText, other);
      })
    );
  }
  if (b.kind !== a.kind) return false;
  if (a.kind === 'string') return decodeString(aText, a) === decodeString(bText, b);
  return aText.slice(a.start, a.end) === bText.slice(b.start, b.end);
}
