import { withoutContentCoding } from '../../adapters/node/content-coding.ts';
import type { AnswerCipher } from '../../core/answer-cipher.ts';
import { type IsKept, type KeptHeader, type KeptResponse, keepHeaders } from '../../core/kept-response.ts';
import { decodeAnswer, encodeAnswer } from '../../core/stored-answer.ts';
import type { X402Settled } from './x402-shapes.ts';

/** Keeps an answer with its settlement, so that a retry gets it even if the process of the payment died. */
export class AnswerKeeper {
  readonly #isKept: IsKept;
  readonly #bytesMax: number;
  readonly #cipher: AnswerCipher | undefined;

  constructor(isKept: IsKept, bytesMax: number, cipher: AnswerCipher | undefined) {
    this.#isKept = isKept;
    this.#bytesMax = bytesMax;
    this.#cipher = cipher;
  }

  /**
   * Encodes the answer of the handler, as x402 passes it to its hooks, in the form in which it is kept.
   *
   * @param transportContext what x402 passes to its hooks
   * @returns `undefined` if it is too large, or its content coding is unknown
   */
  seal(payment: string, status: number, transportContext: unknown): string | undefined {
    const answer = this.#answerIn(status, transportContext);
    if (answer === undefined) return undefined;
    const encoded = encodeAnswer(answer);
    return Buffer.from(this.#cipher?.seal(encoded, slotOf(payment)) ?? encoded).toString('base64');
  }

  /** A kept answer, with its `PAYMENT-RESPONSE`. */
  open(payment: string, sealed: string, result: X402Settled): KeptResponse {
    const bytes = Buffer.from(sealed, 'base64');
    const { status, headers, body } = decodeAnswer(this.#cipher?.open(bytes, slotOf(payment)) ?? bytes);
    const caching = headers.find(([name]) => name === 'cache-control')?.[1];
    const receipt = Buffer.from(JSON.stringify(result)).toString('base64');
    return {
      status,
      headers: [
        ...headers.filter(([name]) => name !== 'cache-control'),
        ['payment-response', receipt],
        ['cache-control', asPrivate(caching)],
      ],
      body,
    };
  }

  #answerIn(status: number, transportContext: unknown): KeptResponse | undefined {
    if (typeof transportContext !== 'object' || transportContext === null) return undefined;
    const sent = transportContext as { readonly responseBody?: unknown; readonly responseHeaders?: unknown };
    if (!(sent.responseBody instanceof Uint8Array)) return undefined;
    const pairs = headersIn(sent.responseHeaders);
    const coding = pairs.find(([name]) => name === 'content-encoding')?.[1] ?? 'identity';
    if (sent.responseBody.length > this.#bytesMax) return undefined;
    const body = withoutContentCoding(sent.responseBody, coding, this.#bytesMax);
    return body && { status, headers: keepHeaders(pairs, this.#isKept), body };
  }
}

function headersIn(headers: unknown): readonly KeptHeader[] {
  if (typeof headers !== 'object' || headers === null) return [];
  return Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
}

/** A receipt is for one client: no cache in between may keep it. x402 sets the same on its own answers. */
function asPrivate(caching: string | undefined): string {
  if (caching === undefined || caching === '') return 'private';
  const directives = caching.split(',').map((directive) => directive.trim().toLowerCase());
  return directives.includes('private') ? caching : `${caching}, private`;
}

/** A digest of 32 bytes as the two halves that an answer is bound to. */
function slotOf(payment: string): { readonly scope: string; readonly key: string } {
  return { scope: payment.slice(0, 32), key: payment.slice(32) };
}
