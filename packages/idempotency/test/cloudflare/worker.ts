// Runs inside workerd: the laws of stores, and a protected handler, on both Cloudflare stores.
import { idempotent } from '../../src/adapters/fetch.ts';
import type { IdempotencyStore } from '../../src/core/store.ts';
import {
  type CloudflareStatement,
  type CloudflareStore,
  type CloudflareStoreOptions,
  type D1DatabaseLike,
  d1Store,
  durableObjectStore,
  type ObjectNamespaceLike,
} from '../../src/stores/cloudflare.ts';
import { upstashStore } from '../../src/stores/redis-upstash.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { storeLaws } from '../../src/testing/store-laws.ts';

/** The bindings that miniflare provides. */
interface Environment {
  readonly DB: D1DatabaseLike<unknown>;
  readonly RECORDS: ObjectNamespaceLike<unknown>;
  readonly UPSTASH_URL: string;
  readonly UPSTASH_TOKEN: string;
}

/** One of the two databases. */
interface Engine {
  open(options: CloudflareStoreOptions): CloudflareStore;
  /** Runs a statement directly on the database of the store. */
  run(sql: string): Promise<readonly (readonly unknown[])[]>;
}

/** Handles `/d1/laws/ID`, `/object/charge` and so on: returns JSON, or the error as text with status 500. */
export async function handle(request: Request, environment: Environment): Promise<Response> {
  const [, engineName = '', verb = '', rest = ''] = new URL(request.url).pathname.split('/');
  const engine = engineName === 'd1' ? d1Engine(environment) : objectEngine(environment);
  try {
    if (engineName === 'upstash') return Response.json(await upstashKeepsLaw(environment, verb));
    switch (verb) {
      case 'laws':
        return Response.json(await keepsLaw(engine, rest));
      case 'call':
        return Response.json(await call(engine, parseCall(await request.json())));
      case 'run':
        return Response.json(await engine.run(await request.text()));
      default:
        return await charge(engineName, engine, request);
    }
  } catch (error) {
    return new Response(error instanceof Error ? `${error.stack}` : String(error), { status: 500 });
  }
}

function d1Engine({ DB }: Environment): Engine {
  return {
    open: (options) => d1Store({ database: DB, ...options }),
    run: async (sql) => (await DB.batch([DB.prepare(sql).bind()])).map(({ results }) => results),
  };
}

function objectEngine({ RECORDS }: Environment): Engine {
  return {
    open: (options) => durableObjectStore({ namespace: RECORDS, ...options }),
    async run(sql) {
      const transaction: readonly CloudflareStatement[] = [{ sql, values: [] }];
      const rows: unknown = await RECORDS.get(RECORDS.idFromName('idempotency')).idempotency(transaction);
      return Array.isArray(rows) ? rows : [];
    },
  };
}

async function upstashKeepsLaw({ UPSTASH_URL: url, UPSTASH_TOKEN: token }: Environment, id: string) {
  const clock = new ManualClock();
  const store = upstashStore({ url, token, timeoutMs: 60_000, nowMs: () => clock.nowMs() });
  await lawOf(id).run({ store, clock });
  return 'kept';
}

function lawOf(id: string) {
  const law = storeLaws.find((other) => other.id === id);
  if (law === undefined) throw new Error(`no law ${id}`);
  return law;
}

async function keepsLaw(engine: Engine, id: string): Promise<string> {
  const clock = new ManualClock();
  await lawOf(id).run({
    store: engine.open({ nowMs: () => clock.nowMs() }),
    clock,
    openByServerClock: () => engine.open({}),
    async openAtToken(lastToken) {
      const tablePrefix = `t${crypto.randomUUID().replaceAll('-', '')}_`;
      const store = engine.open({ tablePrefix, nowMs: () => clock.nowMs() });
      await store.migrate();
      await engine.run(`UPDATE ${tablePrefix}fencing SET last_token = ${lastToken}`);
      return store;
    },
  });
  return 'kept';
}

/** A test's call of a store: a verb with its arguments, and the time. */
interface Call {
  readonly verb: string;
  readonly values: readonly unknown[];
  readonly nowMs?: number;
  readonly tablePrefix?: string;
}

function parseCall(value: unknown): Call {
  if (typeof value !== 'object' || value === null) throw new TypeError('no call');
  const { verb, values, nowMs, tablePrefix } = {
    verb: '',
    values: [],
    nowMs: undefined,
    tablePrefix: undefined,
    ...value,
  };
  return {
    verb: String(verb),
    values: Array.from(values),
    ...(nowMs === undefined ? {} : { nowMs: Number(nowMs) }),
    ...(tablePrefix === undefined ? {} : { tablePrefix: String(tablePrefix) }),
  };
}

async function call(engine: Engine, { verb, values, nowMs, tablePrefix }: Call): Promise<unknown> {
  const store = engine.open({
    ...(nowMs === undefined ? {} : { nowMs: () => nowMs }),
    ...(tablePrefix === undefined ? {} : { tablePrefix }),
  });
  const method: unknown = Reflect.get(store, verb);
  if (typeof method !== 'function') throw new TypeError(`no verb ${verb}`);
  return (await Reflect.apply(method, store, values)) ?? null;
}

const handlers = new Map<string, (request: Request) => Promise<Response>>();

function charge(name: string, engine: Engine, request: Request): Promise<Response> {
  const known = handlers.get(name) ?? protectedHandler(engine, engine.open({}));
  handlers.set(name, known);
  return known(request);
}

function protectedHandler(engine: Engine, store: IdempotencyStore) {
  return idempotent({ store, tenantOf: () => 'acme', waitMs: 10_000 }, async (request) => {
    await engine.run('CREATE TABLE IF NOT EXISTS charges (id INTEGER PRIMARY KEY, body TEXT)');
    await engine.run(`INSERT INTO charges (body) VALUES ('${(await request.text()).replaceAll("'", '')}')`);
    const [rows] = await engine.run('SELECT count(*) AS count FROM charges');
    return Response.json(rows?.[0], { status: 201 });
  });
}
