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
export function judgedAnswer({ status, headers, body }: KeptResponse, answerBytesMax: number): JudgedAnswer {
  return {
    status,
    headers,
    get body() {
      // A larger body is represented by an object that only has its size.
      if (bodyBytes(body) > answerBytesMax) return undefined;
      return typeof body === 'string' ? body : new TextDecoder().decode(body);
    },
  };
}
