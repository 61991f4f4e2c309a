/** One fault of a request: where it is and what would be right. */
export interface ProblemFault {
  readonly field?: string;
  readonly message: string;
  /** Of a query: characters from its beginning, from 0. */
  readonly position?: number;
  readonly length?: number;
  readonly advice?: string;
}

/** A request that did not bring what was asked for. */
export class ApiProblem extends Error {
  /** 0: no answer at all. */
  readonly status: number;
  /** A code of /docs/errors, or `unreachable`. */
  readonly code: string;
  readonly faults: readonly ProblemFault[];
  readonly requestId: string | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    {
      faults = [],
      requestId,
    }: { readonly faults?: readonly ProblemFault[]; readonly requestId?: string | undefined } = {},
  ) {
    super(message);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = code;
    this.faults = faults;
    this.requestId = requestId;
  }
}

/** Reads a problem document (RFC 9457); whatever else a proxy in between may answer becomes a problem as well. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body !== 'object' || body === null) {
    return new ApiProblem(
      response.status,
      'unexpected_answer',
      `the server answered ${response.status} without a reason`,
    );
  }
  const document = body as Readonly<Record<string, unknown>>;
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return new ApiProblem(
    response.status,
    text(document['code']) ?? 'unexpected_answer',
    text(document['detail']) ?? text(document['title']) ?? `the server answered ${response.status}`,
    { faults: faultsOf(document), requestId: text(document['request_id']) },
  );
}

function faultsOf(document: Readonly<Record<string, unknown>>): readonly ProblemFault[] {
  const listed: readonly unknown[] = Array.isArray(document['errors']) ? document['errors'] : [document];
  return listed.flatMap((each) =>
    typeof each === 'object' && each !== null ? [faultOf(each as Record<string, unknown>)] : [],
  );
}

function faultOf(each: Readonly<Record<string, unknown>>): ProblemFault {
  const { field, message, detail, position, length, advice } = each;
  return {
    message: typeof message === 'string' ? message : typeof detail === 'string' ? detail : '',
    ...(typeof field === 'string' && { field }),
    ...(typeof position === 'number' && { position }),
    ...(typeof length === 'number' && { length }),
    ...(typeof advice === 'string' && { advice }),
  };
}
