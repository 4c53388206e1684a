import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';
import { send } from './router.ts';
import { StaticAnswer } from './static-answer.ts';

const builtSite = fileURLToPath(new URL('../../../site/dist/', import.meta.url));

const mediaTypes: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.json', 'application/json; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
]);
const unknownType = 'application/octet-stream';

/** The package of the server has its site compressed: `index.html.gz` is served as `index.html`. */
const compressed = '.gz';
/** Far more than any page has. */
const fileBytesMax = 32_000_000;

/** The files below it have a digest of their bytes in their names. */
const digested = 'assets/';
const forEver = { 'cache-control': 'public, max-age=31536000, immutable' };

/**
 * Serves the site of the docs at `/docs/`, if it was built (`npm run site`) or came with the package. Its pages need no
 * API key, and load nothing from other servers.
 */
export function registerDocsSite(app: FastifyInstance, folder: string = builtSite): void {
  const site = new DocsSite(folder);
  app.get('/docs', async (_request, reply) => reply.redirect('/docs/', 308));
  app.get<{ Params: { readonly '*': string } }>('/docs/*', async (request, reply) => {
    const found = await site.find(request.params['*']);
    return send(reply, await found.answer(request));
  });
}

class DocsSite {
  readonly #folder: string;
  /** Answers are kept, plain and compressed: as many as the site has files, about 20 MB if all of them are read. */
  readonly #answers = new Map<string, Promise<StaticAnswer>>();
  /** The name of each file as it is asked for, with its name in the folder. */
  #names: ReadonlyMap<string, string> = new Map();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The answer with a file of the site. Only names that the folder was listed with are read. */
  async find(asked: string): Promise<StaticAnswer> {
    // A site that is built while the server runs is found.
    if (this.#names.size === 0) this.#names = await namesBelow(this.#folder);
    if (this.#names.size === 0) {
      const advice = 'this server has no built docs: run npm run site, or read the files in docs';
      throw new ApiError('not_found', advice);
    }
    const name = [asked, `${asked}index.html`, `${asked}.html`].find((one) => this.#names.has(one));
    if (name === undefined) throw new ApiError('not_found', 'no such page of the docs');
    const known = this.#answers.get(name);
    if (known !== undefined) return await known;
    const made = this.#read(name, this.#names.get(name) ?? name);
    this.#answers.set(name, made);
    made.catch(() => this.#answers.delete(name));
    return await made;
  }

  async #read(name: string, file: string): Promise<StaticAnswer> {
    const stored = await readFile(path.join(this.#folder, file));
    const bytes = file === name ? stored : await promisify(gunzip)(stored, { maxOutputLength: fileBytesMax });
    const type = mediaTypes.get(path.extname(name)) ?? unknownType;
    if (path.extname(name) !== '.html')
      return new StaticAnswer(bytes, type, name.startsWith(digested) ? forEver : {});
    return new StaticAnswer(bytes, type, { 'content-security-policy': policyOf(bytes.toString()) });
  }
}

async function namesBelow(folder: string): Promise<ReadonlyMap<string, string>> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const names = files
      .filter(({ name }) => !name.startsWith('.'))
      .map(({ parentPath, name }) => path.relative(folder, path.join(parentPath, name)))
      .map((name) => name.split(path.sep).join('/'));
    return new Map(
      names.map((name) => [name.endsWith(compressed) ? name.slice(0, -compressed.length) : name, name]),
    );
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map();
    throw error;
  }
}

/**
 * What a page may do: run the scripts of this server and those that it was built with, by their digests. The colours of
 * its code are style attributes, which need `unsafe-inline`.
 */
function policyOf(html: string): string {
  const inline = [...html.matchAll(/<script(?:\s[^>]*)?>([\s\S]*?)<\/script>/g)]
    .map(([, text = '']) => text)
    .filter((text) => text !== '')
    .map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
  return [
    "default-src 'none'",
    ["script-src 'self'", ...new Set(inline)].join(' '),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
