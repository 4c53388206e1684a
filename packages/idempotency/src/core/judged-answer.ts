import type { KeptHeader, KeptResponse } from './kept-response.ts';
import { bodyBytes } from './stored-answer.ts';

/** What `shouldStore` is given of an answer. */
export interface JudgedAnswer {
  readonly status: number;
  readonly headers: readonly KeptHeader[];
  /** the body as text, without its content coding; `undefined` for one that is larger than `answerBytesMax` */
  readonly body: string | undefined;
}

/** An answer as `shouldStore` sees it. The body is made a text only where it is read. */
export function judgedAnswer({ status, headers, body }: KeptResponse, answerBytesMax: number): JudgedAnswer {
  return {
    status,
    headers,
    get body() {
      // In the place of a larger body stands one that only has its size.
      if (bodyBytes(body) > answerBytesMax) return undefined;
      return typeof body === 'string' ? body : new TextDecoder().decode(body);
    },
  };
}
