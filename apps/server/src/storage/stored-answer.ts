import type { Encryption, Protection, StoredAnswer } from '../ledger/storage-port.ts';

/** How many answers a scope keeps, and how many bytes of them; its oldest are evicted first. */
export interface AnswerCap {
  readonly answersMax: number;
  readonly bytesMax: number;
}

/** Bytes of an answer, as the cap counts them. */
export function answerBytes(answer: StoredAnswer): number {
  return typeof answer.body === 'string' ? Buffer.byteLength(answer.body) : answer.body.byteLength;
}

/** Headers as they were stored, as JSON. */
export function parseHeaders(json: string): [string, string][] {
  const headers: unknown = JSON.parse(json);
  if (!Array.isArray(headers)) throw new Error('stored headers are not a list');
  return headers.map((header: unknown) => {
    if (!Array.isArray(header) || typeof header[0] !== 'string' || typeof header[1] !== 'string') {
      throw new Error('a stored header is not a pair of texts');
    }
    return [header[0], header[1]];
  });
}

/** How the body of a stored answer is kept. */
export function parseProtection(protection: string): Protection {
  if (!protection.startsWith(deflated)) return parseEncryption(protection);
  return `deflated ${parseEncryption(protection.slice(deflated.length))}`;
}

const deflated = 'deflated ';

function parseEncryption(encryption: string): Encryption {
  if (encryption === 'plain' || encryption === 'sealed') return encryption;
  return `at-rest:${encryption.slice('at-rest:'.length)}`;
}
