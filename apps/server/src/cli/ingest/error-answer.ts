/** The content of the server's error answer; empty for an answer of another server. */
export interface ErrorAnswer {
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly requestId: string | undefined;
  /** whether the fault is the list as a whole: the number of its items */
  readonly isAboutItems: boolean;
}

/** Reads the body of an error answer from any server. */
export function parseErrorAnswer(body: unknown): ErrorAnswer {
  const faults: unknown = memberOf(body, 'faults');
  return {
    code: textOf(body, 'error'),
    message: textOf(body, 'message'),
    requestId: textOf(body, 'requestId'),
    isAboutItems: Array.isArray(faults) && faults.some((fault) => memberOf(fault, 'pointer') === '/items'),
  };
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown, name: string): string | undefined {
  const member = memberOf(value, name);
  return typeof member === 'string' ? member : undefined;
}
