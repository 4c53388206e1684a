import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './faults.ts';

/** A stored answer. */
export interface Kept {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The state of a key. */
export interface Entry {
  fingerprint: string;
  /** pending while it is executed */
  ended: Promise<void> | undefined;
  kept: Kept | undefined;
  keptAtMs: number;
  replays: number;
  /** duplicates that arrived while it was executed */
  waiters: number;
}

/** The state that two instances share. */
export interface Books {
  readonly entries: Map<string, Entry>;
  /** every execution, by the key that it was sent with */
  readonly executions: string[];
}

export interface ChargingOptions {
  readonly fault?: Fault | undefined;
  readonly books?: Books;
  readonly expiresAfterMs?: number;
  /** refuses duplicates of a running request, instead of letting them wait */
  readonly refusesInFlight?: boolean;
  readonly isKeyRequired?: boolean;
  readonly executionMs?: number;
  /** 0 means any free port */
  readonly port?: number;
  /**
   * called when a key is begun, when it was executed, and when its answer is stored; the next step waits for the
   * returned promise
   */
  readonly onStep?: (step: Step) => void | Promise<void>;
  /** runs before each request; answers it if it returns true */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;
}

/** The steps of a key. */
export interface Step {
  readonly kind: 'begun' | 'executed' | 'kept';
  readonly slot: string;
  readonly fingerprint: string;
  readonly answer: Kept | undefined;
}

export interface ChargingServer {
  readonly url: string;
  readonly countUrl: string;
  readonly books: Books;
  close(): Promise<void>;
}

export function emptyBooks(): Books {
  return { entries: new Map(), executions: [] };
}

/**
 * A small API, `POST /charges`, which keeps the promises of the profile `default`, in memory. A fault breaks one of
 * them.
 */
export async function startCharging(options: ChargingOptions = {}): Promise<ChargingServer> {
  const books = options.books ?? emptyBooks();
  const charging = new Charging(books, options);
  const server = createServer((request, response) => {
    charging.handle(request, response).catch((error: unknown) => {
      if (response.headersSent) return;
      response.writeHead(500).end(String(error));
    });
  });
  server.on('connection', (socket) => charging.connected(socket));
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${portOf(server)}`;
  return { url: `${origin}/charges`, countUrl: `${origin}/count`, books, close: () => close(server) };
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

type Reading =
  | { readonly kind: 'none' }
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'invalid' };

class Charging {
  readonly #books: Books;
  readonly #options: ChargingOptions;
  #chunks = 0;
  readonly #connectedAtMs = new WeakMap<Socket, number>();

  constructor(books: Books, options: ChargingOptions) {
    this.#books = books;
    this.#options = options;
  }

  connected(socket: Socket): void {
    this.#connectedAtMs.set(socket, performance.now());
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/count') {
      response.end(JSON.stringify({ count: this.#books.executions.length }));
      return;
    }
    if (await this.#options.intercept?.(request, response)) return;
    let body: string;
    try {
      body = await this.#read(request);
    } catch {
      if (this.#has('executes-half-bodies')) this.#books.executions.push('half');
      return;
    }
    const reading = this.#keyOf(request);
    if (reading.kind === 'invalid') return send(response, refusal(400, 'invalid_idempotency_key'));
    if (reading.kind === 'none') {
      const required = this.#options.isKeyRequired === true && !this.#has('key-not-required');
      return send(
        response,
        required ? refusal(400, 'idempotency_key_required') : await this.#answer(request, body, 'none'),
      );
    }
    await this.#protected(request, response, body, reading.key);
  }

  async #protected(
    request: IncomingMessage,
    response: ServerResponse,
    body: string,
    key: string,
  ): Promise<void> {
    const { entries } = this.#books;
    const slot = `${this.#has('ignores-caller') ? '' : (request.headers.authorization ?? '')} ${key}`;
    const fingerprint = this.#fingerprint(request, body);
    const entry = entries.get(slot);
    if (entry !== undefined && !this.#isForgotten(entry)) {
      await this.#duplicate(request, response, body, entry, slot, fingerprint, key);
      return;
    }
    await this.#first(request, response, body, slot, fingerprint, key);
  }

  async #first(
    request: IncomingMessage,
    response: ServerResponse,
    body: string,
    slot: string,
    fingerprint: string,
    key: string,
  ): Promise<void> {
    const { entries } = this.#books;
    const { promise, resolve } = Promise.withResolvers<void>();
    const entry: Entry = {
      fingerprint,
      ended: promise,
      kept: undefined,
      keptAtMs: 0,
      replays: 0,
      waiters: 0,
    };
    entries.set(slot, entry);
    await this.#step({ kind: 'begun', slot, fingerprint, answer: undefined });
    let isGone = false;
    request.socket.once('close', () => {
      isGone = true;
    });
    const answer = await this.#answer(request, body, key);
    if (answer.status === 201) await this.#step({ kind: 'executed', slot, fingerprint, answer });
    const isStuck =
      (this.#has('server-error-sticks') && answer.status >= 500) ||
      (this.#has('client-error-sticks') && answer.status === 400 && body === '{}') ||
      (this.#has('malformed-hangs-key') && answer.status === 400 && body !== '{}');
    if (isStuck) {
      send(response, answer);
      return;
    }
    const isKept = answer.status === 201 || (answer.status === 402 && this.#has('replays-402'));
    if (isKept && !(isGone && this.#has('hang-up-loses-record'))) {
      await this.#step({ kind: 'kept', slot, fingerprint, answer });
      entry.kept = answer;
      entry.keptAtMs = performance.now();
    } else entries.delete(slot);
    entry.ended = undefined;
    resolve();
    send(response, answer);
  }

  async #duplicate(
    request: IncomingMessage,
    response: ServerResponse,
    body: string,
    entry: Entry,
    slot: string,
    fingerprint: string,
    key: string,
  ): Promise<void> {
    const isOther = entry.fingerprint !== fingerprint;
    if (entry.ended !== undefined) {
      entry.waiters += 1;
      if (isOther && this.#has('races-other-bodies'))
        return send(response, await this.#answer(request, body, key));
      // A retry from a client that disconnected is the first duplicate. Several duplicates come from clients that send
      // at the same time.
      if (!isOther && entry.waiters > 1) {
        if (this.#has('races')) return send(response, await this.#answer(request, body, key));
        if (this.#has('in-flight-as-423'))
          return send(response, refusal(423, 'locked', { 'retry-after': '0' }));
      }
    }
    if (isOther) return await this.#conflict(request, response, body, entry, slot, key);
    if (entry.ended !== undefined) {
      const isRefused = this.#options.refusesInFlight === true;
      if (
        isRefused ||
        this.#has('client-error-sticks') ||
        this.#has('server-error-sticks') ||
        this.#has('malformed-hangs-key')
      ) {
        const headers = this.#has('in-flight-without-retry-after') ? {} : { 'retry-after': '0' };
        return send(response, refusal(409, 'idempotency_in_progress', headers));
      }
      await entry.ended;
      return await this.#protected(request, response, body, key);
    }
    if (entry.kept === undefined) return send(response, refusal(500, 'no_answer'));
    if (
      this.#options.expiresAfterMs !== undefined &&
      performance.now() - entry.keptAtMs > this.#options.expiresAfterMs
    ) {
      return send(response, refusal(410, 'idempotency_key_expired'));
    }
    this.#replay(response, entry, entry.kept, key, this.#cameLater(request, entry));
  }

  async #conflict(
    request: IncomingMessage,
    response: ServerResponse,
    body: string,
    entry: Entry,
    slot: string,
    key: string,
  ): Promise<void> {
    const cameLater = this.#cameLater(request, entry);
    const isSameType = request.headers['content-type'] === 'application/json';
    if (
      cameLater &&
      isSameType &&
      entry.ended === undefined &&
      entry.kept !== undefined &&
      request.url === '/charges' &&
      request.method === 'POST'
    ) {
      if (this.#has('executes-other-body')) return send(response, await this.#answer(request, body, key));
      if (this.#has('answers-other-body-with-first'))
        return this.#replay(response, entry, entry.kept, key, true);
      if (this.#has('conflict-forgets')) this.#books.entries.delete(slot);
    }
    const status = this.#has('conflict-as-400') ? 400 : 409;
    const code = this.#has('conflict-without-code') ? 'conflict' : 'idempotency_conflict';
    const leak = this.#has('conflict-leaks') ? { first: entry.kept?.body ?? '' } : {};
    send(response, refusal(status, code, {}, leak));
  }

  #replay(response: ServerResponse, entry: Entry, kept: Kept, key: string, cameLater: boolean): void {
    if (cameLater) entry.replays += 1;
    const isThird = entry.replays >= 3;
    if (isThird && this.#has('executes-replays')) this.#books.executions.push(key);
    const { location: _, ...withoutLocation } = kept.headers;
    const headers = this.#has('replay-without-location') ? withoutLocation : kept.headers;
    const mark = this.#has('replay-unmarked') ? {} : { 'idempotency-replayed': 'true' };
    const body =
      isThird && this.#has('replay-changes') ? kept.body.replace('"ok":true', '"ok":null') : kept.body;
    send(response, { ...kept, headers: { ...headers, ...mark }, body });
  }

  /** Whether a request arrived after the answer, not together with the first request. */
  #cameLater(request: IncomingMessage, entry: Entry): boolean {
    return (this.#connectedAtMs.get(request.socket) ?? 0) > entry.keptAtMs;
  }

  /** The answer of the handler. */
  async #answer(request: IncomingMessage, body: string, key: string): Promise<Kept> {
    if (request.url?.startsWith('/charges') !== true || /^\/charges\//.test(request.url))
      return refusal(404, 'not_found');
    if (request.method !== 'POST') return refusal(405, 'method_not_allowed');
    if (request.headers['x-pay'] === undefined) return refusal(402, 'payment_required');
    if (request.headers['content-type'] !== 'application/json') return refusal(415, 'unsupported_media_type');
    const charge = parse(body);
    if (charge === undefined) return refusal(this.#has('malformed-500') ? 500 : 400, 'malformed_json');
    if (charge['fail'] === true) return refusal(500, 'failed');
    if (typeof charge['amount'] !== 'number') return refusal(400, 'invalid_request');
    await sleep(this.#options.executionMs ?? 6);
    this.#books.executions.push(key);
    if (this.#has('late-effect') && this.#books.executions.length > 2) {
      setTimeout(() => this.#books.executions.push(key), 400);
    }
    const id = randomUUID();
    return {
      status: 201,
      headers: { 'content-type': 'application/json', location: `/charges/${id}` },
      body: JSON.stringify({ id, amount: charge['amount'], ok: true }),
    };
  }

  #keyOf(request: IncomingMessage): Reading {
    const lines: string[] = [];
    for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
      if (request.rawHeaders[at]?.toLowerCase() === 'idempotency-key')
        lines.push(request.rawHeaders[at + 1] ?? '');
    }
    const [line] = lines;
    if (line === undefined) return { kind: 'none' };
    if (lines.length > 1 && !this.#has('joins-two-keys')) return { kind: 'invalid' };
    const isQuoted = /^".*"$/.test(line) && !this.#has('quotes-matter');
    const key = isQuoted ? line.slice(1, -1) : lines.join(', ');
    if (key === '') return this.#has('accepts-empty-keys') ? { kind: 'key', key } : { kind: 'invalid' };
    if (!/^[\x20-\x7e]+$/.test(key) && !this.#has('accepts-any-bytes')) return { kind: 'invalid' };
    if (key.length > 255) {
      return this.#has('cuts-long-keys') ? { kind: 'key', key: key.slice(0, 255) } : { kind: 'invalid' };
    }
    return { kind: 'key', key: this.#has('folds-case') ? key.toLowerCase() : key };
  }

  #fingerprint(request: IncomingMessage, body: string): string {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const parts = [
      this.#has('ignores-method') ? '' : request.method,
      this.#has('ignores-path') ? '' : path,
      this.#has('ignores-query') ? '' : query,
      this.#has('ignores-media-type') ? '' : request.headers['content-type'],
      this.#has('compares-chunks') ? String(this.#chunks) : '',
      this.#comparable(body),
    ];
    return createHash('sha256').update(parts.join('\n')).digest('hex');
  }

  #comparable(body: string): string {
    const value = parse(body);
    if (value === undefined || this.#has('compares-bytes')) return body;
    if (this.#has('compares-order')) return JSON.stringify(value);
    const spelling = this.#has('compares-spelling') && /\\u|\.0/.test(body) ? 'spelled' : '';
    return spelling + JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async #read(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    this.#chunks = chunks.length;
    return Buffer.concat(chunks).toString();
  }

  #isForgotten(entry: Entry): boolean {
    const { expiresAfterMs } = this.#options;
    if (!this.#has('expiry-executes') || expiresAfterMs === undefined || entry.kept === undefined)
      return false;
    return performance.now() - entry.keptAtMs > expiresAfterMs;
  }

  async #step(step: Step): Promise<void> {
    await this.#options.onStep?.(step);
  }

  #has(fault: Fault): boolean {
    return this.#options.fault === fault;
  }
}

function parse(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value))
      : undefined;
  } catch {
    return undefined;
  }
}

function refusal(
  status: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
  members: Readonly<Record<string, string>> = {},
): Kept {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ error, message: 'refused', ...members }),
  };
}

function send(response: ServerResponse, { status, headers, body }: Kept): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}
