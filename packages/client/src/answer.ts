import { wasReplayed } from '@billonce/idempotency/client';

/** The parts of an answer besides its body. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** the id by which an operator finds the request in the server's log */
  readonly requestId: string | undefined;
  /** the key of the write, to continue with or to look up; `undefined` for a read */
  readonly idempotencyKey: string | undefined;
  /** whether it is the answer of an earlier request with the same key */
  readonly isReplay: boolean;
  /** of a quote: send it back as `ifMatch` */
  readonly etag: string | undefined;
}

const answers = new WeakMap<object, Answer>();

/** The answer that a call's result was read from; `undefined` for any other object, and for a copy. */
export function answerOf(result: object): Answer | undefined {
  return answers.get(result);
}

/** Keeps the answer of a result, as long as the program keeps the result. */
export function keepAnswer(result: unknown, response: Response, idempotencyKey: string | undefined): void {
  if (typeof result !== 'object' || result === null) return;
  const { status, headers } = response;
  answers.set(result, {
    status,
    headers,
    requestId: headers.get('x-request-id') ?? undefined,
    idempotencyKey,
    isReplay: wasReplayed(response),
    etag: headers.get('etag') ?? undefined,
  });
}
