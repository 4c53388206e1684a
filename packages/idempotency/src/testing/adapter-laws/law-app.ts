import assert from 'node:assert/strict';
import type { ExecutionOutcome, IdempotencyEvent } from '../../core/observer.ts';
import type { IdempotencyStore } from '../../core/store.ts';
import { memoryStore } from '../../stores/memory.ts';
import { Gate } from './gate.ts';
import type { AdapterSubject, AnswerWay, LawApp, LawServer } from './subject.ts';
import { header, json, onTheWire, send, type WireAnswer, type WireRequest, write } from './wire.ts';
import { LawWork } from './work.ts';

/** The settings of a law's app; the simplest ones are the default. */
export interface AppWish extends Partial<Omit<LawApp, 'options' | 'inner' | 'work'>> {
  /** options of a second protection, besides the store and the observer of the first one */
  readonly inner?: Partial<LawApp['options']>;
  /** whether callers without a tenant are identified by their address; by default yes, if there is no tenant */
  readonly byAddress?: boolean;
  readonly options?: Partial<LawApp['options']>;
}

/** A request of a law. */
export interface LawRequest {
  /** the value of `Idempotency-Key`, or its values; none for a request without a key */
  readonly key?: string | readonly string[];
  readonly method?: string;
  /** with the question mark */
  readonly query?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** sent as JSON, unless `headers` has a `Content-Type` */
  readonly body?: string | Uint8Array;
  readonly chunkBytes?: number;
}

/** The events that an app's observer received. */
class Seen {
  readonly ends = new Gate();
  readonly outcomes: ExecutionOutcome[] = [];
  readonly warnings: string[] = [];

  readonly observer = (event: IdempotencyEvent): void => {
    if (event.kind === 'warning') this.warnings.push(event.code);
    if (event.kind !== 'execution_ended') return;
    this.outcomes.push(event.outcome);
    this.ends.arrive();
  };
}

/** An app that a law has started, and its client. */
export class RunningApp {
  readonly work: LawWork;
  readonly outcomes: readonly ExecutionOutcome[];
  /** the codes of all warnings */
  readonly warnings: readonly string[];
  readonly #server: LawServer;
  readonly #ends: Gate;

  constructor(server: LawServer, work: LawWork, { ends, outcomes, warnings }: Seen) {
    this.#server = server;
    this.work = work;
    this.#ends = ends;
    this.outcomes = outcomes;
    this.warnings = warnings;
  }

  get port(): number {
    return this.#server.port;
  }

  post(way: AnswerWay | 'bare', wish: LawRequest = {}): Promise<WireAnswer> {
    return send(this.port, wireOf(way, wish));
  }

  /** Sends a request on a separate connection and returns the connection: the answer is not read. */
  begin(way: AnswerWay, wish: LawRequest) {
    return write(this.port, onTheWire(this.port, wireOf(way, wish)));
  }

  /** Waits for a total number of ended executions. */
  ended(count: number): Promise<void> {
    return this.#ends.arrival(count);
  }

  /** After these requests are answered, the server has processed everything that was sent, or hung up, before. */
  async roundTrips(): Promise<void> {
    for (let trip = 0; trip < 3; trip++) await send(this.port, { method: 'GET', path: '/nowhere' });
  }
}

function wireOf(way: AnswerWay | 'bare', wish: LawRequest): WireRequest {
  const { key = [], query = '', headers = [], body, chunkBytes, method } = wish;
  const isTyped = headers.some(([name]) => name === 'Content-Type');
  const keys = typeof key === 'string' ? [key] : key;
  return {
    path: `/${way}${query}`,
    headers: [
      ...keys.map((value) => ['Idempotency-Key', value] as const),
      ...(body === undefined || isTyped ? [] : [['Content-Type', 'application/json'] as const]),
      ...headers,
    ],
    ...(method === undefined ? {} : { method }),
    ...(body === undefined ? {} : { body }),
    ...(chunkBytes === undefined ? {} : { chunkBytes }),
  };
}

/** Starts an app, runs a law's steps on it, and stops it. */
export async function withApp(
  subject: AdapterSubject,
  wish: AppWish,
  steps: (app: RunningApp) => Promise<void>,
): Promise<void> {
  const work = new LawWork();
  const seen = new Seen();
  const { byAddress = wish.tenantOfApiKey === undefined, inner, ...asked } = wish;
  const store: IdempotencyStore = wish.options?.store ?? memoryStore();
  const shared = { observer: seen.observer, ...(byAddress ? { callers: 'by-address' as const } : {}) };
  const server = await subject.start({
    tenantOfApiKey: undefined,
    protect: 'app',
    bodyParser: subject.bodyParsers[0] ?? 'none',
    bodyIsLost: false,
    compression: 'none',
    timeout: 'none',
    trustsProxy: false,
    requestId: undefined,
    ...asked,
    options: { ...shared, ...wish.options, store },
    inner: inner && { ...shared, ...inner, store: inner.store ?? store },
    work,
  });
  try {
    await steps(new RunningApp(server, work, seen));
  } finally {
    work.before.open();
    work.middle.open();
    await server.close();
  }
}

/** The verbs of a store, so that a law can replace one of them. */
export function boundVerbs(store: IdempotencyStore): IdempotencyStore {
  return {
    claim: (slot, request) => store.claim(slot, request),
    renew: (slot, token, leaseMs) => store.renew(slot, token, leaseMs),
    complete: (slot, token, completion) => store.complete(slot, token, completion),
    release: (slot, token) => store.release(slot, token),
    inspect: (slot) => store.inspect(slot),
  };
}

let keys = 0;
/** A key that no other request uses. */
export function newKey(): string {
  keys++;
  return `law-${keys}-${crypto.randomUUID()}`;
}

/** The headers of an answer that its replay has too. */
const repeated = ['content-type', 'content-language', 'etag', 'last-modified', 'link', 'location'];

/** Asserts that an answer repeats the first one, and is marked as a replay. */
export function assertReplay(replay: WireAnswer, first: WireAnswer): void {
  assert.equal(header(first, 'idempotency-replayed'), undefined, 'the first answer is no replay');
  assertSameAnswer(replay, first);
  assert.equal(header(replay, 'idempotency-replayed'), 'true');
}

/** Asserts that two answers have the same status, representation headers and bytes. */
export function assertSameAnswer(one: WireAnswer, other: WireAnswer): void {
  assert.equal(one.status, other.status);
  for (const name of repeated) assert.equal(header(one, name), header(other, name), name);
  assert.deepEqual(one.body, other.body);
}

/** Asserts that an answer is a refusal, with a code, a message and the id of the request. */
export function assertRefusal(answer: WireAnswer, status: number, code: string): void {
  const shown = `${answer.status} ${answer.body}`;
  assert.equal(answer.status, status, shown);
  const body = json(answer);
  assert.ok(typeof body === 'object' && body !== null && 'error' in body && 'requestId' in body, shown);
  assert.equal(body.error, code);
  assert.ok(typeof body.requestId === 'string' && body.requestId !== '', shown);
  assert.equal(header(answer, 'idempotency-replayed'), undefined);
}
