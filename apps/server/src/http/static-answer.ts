import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { sha256 } from '@billonce/idempotency/core';
import type { FastifyRequest } from 'fastify';
import type { Reply } from './router.ts';

type Coding = 'br' | 'gzip';

/** High enough for most of the gain; the highest level takes seconds for the script of the documentation. */
const brotliQuality = 6;
const sealed = {
  br: promisify(brotliCompress),
  gzip: promisify(gzip),
} as const;

/**
 * An answer that is the same for every client until the server restarts. Its bytes are made once, plain and compressed,
 * so a request only costs sending them; if the client already has them, only a header is sent.
 */
export class StaticAnswer {
  readonly #plain: Buffer;
  readonly #tag: string;
  readonly #headers: readonly (readonly [string, string])[];
  readonly #compressed = new Map<Coding, Promise<Buffer>>();

  constructor(body: string | Buffer, mediaType: string, headers: Readonly<Record<string, string>> = {}) {
    this.#plain = Buffer.from(body);
    this.#tag = sha256(this.#plain.toString('latin1')).slice(0, 32);
    this.#headers = [
      ['content-type', mediaType],
      // To be revalidated each time, which costs a 304.
      ['cache-control', 'no-cache'],
      ['vary', 'Accept-Encoding'],
      ...Object.entries(headers),
    ];
  }

  async answer({ headers }: Pick<FastifyRequest, 'headers'>): Promise<Reply> {
    const coding = codingFor(headers['accept-encoding']);
    // Strong tags, so each form of the bytes has a different one (RFC 9110, section 8.8.3.3).
    const etag = `"${this.#tag}${coding === undefined ? '' : `-${coding}`}"`;
    const fields = [...this.#headers, ['etag', etag]] as const;
    if (isKnown(headers['if-none-match'], this.#tag)) return { status: 304, headers: fields };
    if (coding === undefined) return { status: 200, headers: fields, body: this.#plain };
    const body = await this.#in(coding);
    return { status: 200, headers: [...fields, ['content-encoding', coding]], body };
  }

  #in(coding: Coding): Promise<Buffer> {
    const known = this.#compressed.get(coding);
    if (known !== undefined) return known;
    const options = { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } };
    const made = coding === 'br' ? sealed.br(this.#plain, options) : sealed.gzip(this.#plain);
    this.#compressed.set(coding, made);
    return made;
  }
}

/** Whether a client already has the bytes, in any form. */
function isKnown(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((one) => {
    const named = one.trim().replace(/^W\//, '');
    return named === '*' || named === `"${tag}"` || named === `"${tag}-br"` || named === `"${tag}-gzip"`;
  });
}

/** The content coding with the fewest bytes among those that a client accepts: RFC 9110, section 12.5.3. */
export function codingFor(acceptEncoding: string | undefined): Coding | undefined {
  const weights = new Map<string, number>();
  for (const part of (acceptEncoding ?? '').toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((one) => one.trim());
    const weight = parameters.find((one) => one.startsWith('q='))?.slice(2);
    weights.set(name, weight === undefined ? 1 : Number(weight));
  }
  const weightOf = (name: string) => weights.get(name) ?? weights.get('*') ?? 0;
  const [br, gzipped] = [weightOf('br'), weightOf('gzip')];
  if (br > 0 && br >= gzipped) return 'br';
  return gzipped > 0 ? 'gzip' : undefined;
}
