import type { KeptHeader, KeptResponse } from './kept-response.ts';
import { bodyBytes } from './stored-answer.ts';

/** What `shouldStore` receives of an answer. */
export interface JudgedAnswer {
  readonly status: number;
  readonly headers: readonly KeptHeader[];
  /** the body as text, without its content coding; `undefined` for a body larger than `answerBytesMax` */
  readonly body: string | undefined;
}

/** An answer as `shouldStore` sees it. The body is decoded only if it is read. */
export function judgedAnswer(answer: KeptResponse, answerBytesMax: number): JudgedAnswer {
  return new LazyAnswer(answer, answerBytesMax);
}

// A class: an object literal with a getter is ten times as slow to make, and each answer is judged.
class LazyAnswer implements JudgedAnswer {
  readonly status: number;
  readonly headers: readonly KeptHeader[];
  readonly #body: string | Uint8Array;
  readonly #bytesMax: number;

  constructor({ status, headers, body }: KeptResponse, bytesMax: number) {
    this.status = status;
    this.headers = headers;
    this.#body = body;
    this.#bytesMax = bytesMax;
  }

  get body(): string | undefined {
    const body = this.#body;
    // A larger body is represented by an object that only has its size.
    if (bodyBytes(body) > this.#bytesMax) return undefined;
    return typeof body === 'string' ? body : new TextDecoder().decode(body);
  }
}
