import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { keyDigest, sha256 } from '@billonce/idempotency/core';
import { Client } from 'pg';
import type { Command } from '../../src/domain/command.ts';
import { inStroops } from '../../src/domain/service.ts';
import { LedgerLanes } from '../../src/ledger/ledger-lanes.ts';
import type { Outcome, Submission } from '../../src/ledger/submission.ts';
import { auditBooks } from '../../src/reads/audit-books.ts';
import type { Audits } from '../../src/reads/audits.ts';
import type { Books } from '../../src/reads/books.ts';
import type { JobRunner } from '../../src/reads/read-jobs.ts';
import { openPostgres, type PostgresEngineOptions } from '../../src/storage/postgres/open.ts';
import type { Sweepable } from '../../src/storage/storage.ts';
import { clientOptions, isOnCitus, migratedPostgres } from './database.ts';
import { executorOptions, postgresOptions } from './engine.ts';
import { onEnd } from './on-end.ts';

/** The tenant of these tests. */
export const tenant = 'acme';
const lookEveryMs = 5;
/** Each key has a separate scope: two keys of one scope wait for each other at its counter for the time of a commit. */
const scopeOf = (key: string) => sha256(key).slice(0, 32);

/** An instance without HTTP: one lane and its own connections. */
export interface Instance {
  readonly books: Books;
  readonly audits: Audits;
  readonly jobs: JobRunner;
  readonly sweepable: Sweepable;
  /**
   * its queue, in which a command with this many items is heavy; commands that are executed directly do not wait in it
   */
  ledger(heavyItemsMin: number): LedgerLanes;
  /** Executes commands as one batch. */
  execute(...commands: readonly Command[]): Promise<readonly Outcome[]>;
  /** The same for another tenant. */
  executeFor(tenant: string, ...commands: readonly Command[]): Promise<readonly Outcome[]>;
  /** Executes one command under a key. */
  send(command: Command, key: string): Promise<Outcome>;
  close(): Promise<void>;
}

/** Several instances on one database, and a connection that holds locks when the test wants it. */
export interface Instances {
  readonly url: string;
  readonly first: Instance;
  readonly second: Instance;
  readonly client: Client;
  /** the time source of all instances */
  readonly clock: { nowMs: number };
}

export async function startInstances(
  t: TestContext,
  options: Partial<PostgresEngineOptions> = {},
): Promise<Instances> {
  const url = await migratedPostgres();
  const clock = { nowMs: Date.now() };
  const first = await startInstance(t, url, clock, options);
  const second = await startInstance(t, url, clock, options);
  return { url, first, second, client: await connect(t, url), clock };
}

/** Starts another instance on a database. Its clock may be shared with the others. */
export async function startInstance(
  t: TestContext,
  url: string,
  clock: { readonly nowMs: number },
  options: Partial<PostgresEngineOptions> = {},
): Promise<Instance> {
  const storage = await openPostgres(
    { ...postgresOptions, ...options, url },
    executorOptions,
    () => clock.nowMs,
    () => undefined,
  );
  let isOpen = true;
  const close = async () => {
    if (isOpen) await storage.close();
    isOpen = false;
  };
  onEnd(t, close);
  const [lane] = storage.lanes;
  assert.ok(lane);
  const execute = (submissions: readonly Submission[]) => lane.execute({ submissions, nowMs: clock.nowMs });
  return {
    books: storage.books,
    audits: storage.audits,
    jobs: storage.jobs,
    sweepable: storage.sweepable,
    ledger: (heavyItemsMin) =>
      new LedgerLanes(storage, { nowMs: () => clock.nowMs, limits: { heavyItemsMin } }),
    close,
    execute: (...commands) => execute(commands.map((command) => ({ tenant, command, key: undefined }))),
    executeFor: (other, ...commands) =>
      execute(commands.map((command) => ({ tenant: other, command, key: undefined }))),
    send: async (command, key) => {
      const [outcome] = await execute([{ tenant, command, key: keyUse(command, key) }]);
      assert.ok(outcome);
      return outcome;
    },
  };
}

export function keyUse(command: Command, key: string) {
  const text = JSON.stringify(command, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
  return {
    scope: scopeOf(key),
    digest: keyDigest(key),
    madeAtMs: undefined,
    fingerprint: sha256(text),
    method: 'POST',
    path: '/',
    sealingKey: undefined,
  };
}

/** Opens a connection for the test, and closes it with the test. */
export async function connect(t: TestContext, url: string): Promise<Client> {
  const client = new Client({ connectionString: url, ...clientOptions });
  await client.connect();
  onEnd(t, () => client.end());
  return client;
}

const waitingSql = 'SELECT count(DISTINCT pid)::integer AS waiting FROM pg_locks WHERE NOT granted';
const waitingOnAllNodesSql = `SELECT sum(result::integer)::integer AS waiting FROM run_command_on_all_nodes('${waitingSql}')`;

/**
 * Waits until this many connections to the server wait for a lock, on Citus those of all nodes. Within a transaction, the view of
 * activity does not change.
 */
export async function untilWaiting(client: Client, count: number): Promise<void> {
  const sql = isOnCitus ? waitingOnAllNodesSql : waitingSql;
  for (;;) {
    const waiting = Number((await client.query(sql)).rows[0]?.waiting);
    if (waiting >= count) return;
    // This leaves the processor to the awaited work.
    await passing(lookEveryMs);
  }
}

/** Holds the lock of an account until the transaction of the client ends. */
export async function holdAccount(client: Client, agent: string, serviceId = 'search'): Promise<void> {
  await client.query('BEGIN');
  const { rowCount } = await client.query(
    'SELECT 1 FROM accounts WHERE tenant = $1 AND agent = $2 AND service_id = $3 FOR UPDATE',
    [tenant, agent, serviceId],
  );
  assert.equal(rowCount, 1);
}

/**
 * Locks the place of an idempotency key: a batch under this key has then written everything else, and neither commits
 * nor fails until the client rolls back.
 */
export async function holdKey(client: Client, key: string): Promise<void> {
  await client.query('BEGIN');
  await client.query(
    `INSERT INTO records (tenant, scope, key, fingerprint, first_seen_at_ms, method, path, status, day, answer,
       answer_expires_at_ms)
     VALUES ($1, decode($2, 'hex'), decode($3, 'hex'), '', 0, '', '', 0, 0, 0, 0)`,
    [tenant, scopeOf(key), keyDigest(key)],
  );
}

/** Locks the place of a usage id: a batch with this id waits there until the client rolls back. */
export async function holdUsageId(client: Client, usageId: string): Promise<void> {
  await client.query('BEGIN');
  await client.query(
    `INSERT INTO entries (tenant, id, account, sequence, requests, price_version, line_requests, usage_id, recorded_at_ms)
     VALUES ($1, gen_random_uuid(), gen_random_uuid(), 1, 1, 0, 1, $2, 0)`,
    [tenant, usageId],
  );
}

export function usage(agent: string, usageId?: string, requests = 1, serviceId = 'search'): Command {
  return { kind: 'record_usage', item: { agent, serviceId, requests, usageId, occurredAtNs: undefined } };
}

export function bulk(items: readonly (readonly [agent: string, usageId: string])[]): Command {
  return {
    kind: 'record_usage_bulk',
    isAtomic: false,
    items: items.map(([agent, usageId]) => ({
      kind: 'valid',
      item: { agent, serviceId: 'search', requests: 1, usageId, occurredAtNs: undefined },
    })),
  };
}

export function price(stroops: bigint, serviceId = 'search'): Command {
  return { kind: 'put_service', serviceId, stated: inStroops(stroops), metadata: undefined };
}

/** The status and body of an answer, or the code of a refusal or fault. */
export function answerOf(outcome: Outcome | undefined) {
  assert.ok(outcome);
  switch (outcome.kind) {
    case 'refused':
      return { status: outcome.refusal.code, body: undefined, replayed: false };
    case 'fault':
      return { status: outcome.code, body: undefined, replayed: false };
    case 'answered': {
      const { status, body } = outcome.response;
      return {
        status,
        body: body.length === 0 ? undefined : JSON.parse(String(body)),
        replayed: outcome.replayed,
      };
    }
  }
}

/** Asserts that the books of the tenant are right and contain this many requests. */
export async function assertBooks({ books }: Instance, requests: number): Promise<void> {
  const finding = await auditBooks(books, tenant);
  assert.deepEqual(finding.differences, []);
  assert.equal(finding.recordedRequests, BigInt(requests));
}
