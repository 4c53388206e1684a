import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { uuidV7 } from '../usage-requests.ts';
import { connected } from './connected.ts';

const tables = `
CREATE SCHEMA IF NOT EXISTS one_by_one;
CREATE TABLE IF NOT EXISTS one_by_one.accounts (
  id text PRIMARY KEY, sequence bigint NOT NULL, requests bigint NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS one_by_one.entries (
  id uuid PRIMARY KEY, account text NOT NULL, sequence bigint NOT NULL, requests bigint NOT NULL,
  UNIQUE (account, sequence)
);
CREATE TABLE IF NOT EXISTS one_by_one.keys (key text PRIMARY KEY, fingerprint bytea NOT NULL, answer text);`;

const fingerprint = randomBytes(32);

/** How many requests a second an ordinary implementation commits, and how long each takes. */
export interface OneByOne {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Creates the tables of an ordinary implementation, and its accounts: `agent-0` and so on. */
export async function makeTables(url: string, accounts: number): Promise<void> {
  const client = await connected(url);
  await client.query(tables);
  await client.query(
    `INSERT INTO one_by_one.accounts SELECT 'agent-' || n, 0, 0 FROM generate_series(0, ${accounts - 1}) AS n
      ON CONFLICT DO NOTHING`,
  );
  await client.end();
}

/**
 * The implementation that Billonce is compared with: each client has a separate connection, and executes one request in one transaction
 * of prepared statements. It has no HTTP and no validation, and saves their cost.
 */
export async function measureOneByOne(
  url: string,
  load: { clients: number; accounts: number; warmUpMs: number; durationMs: number },
): Promise<OneByOne> {
  const connections = await Promise.all(Array.from({ length: load.clients }, () => connected(url)));
  const latenciesMs: number[] = [];
  const measuredFromMs = performance.now() + load.warmUpMs;
  const endsAtMs = measuredFromMs + load.durationMs;
  await Promise.all(
    connections.map(async (client, place) => {
      for (let turn = place; performance.now() < endsAtMs; turn += load.clients) {
        const startMs = performance.now();
        await carryOut(client, { account: `agent-${turn % load.accounts}`, key: uuidV7(), requests: 3 });
        if (startMs >= measuredFromMs) latenciesMs.push(performance.now() - startMs);
      }
    }),
  );
  await Promise.all(connections.map((client) => client.end()));
  const sorted = latenciesMs.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
  return { perSecond: (sorted.length * 1000) / load.durationMs, p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** One request in one transaction: claims the key, locks the account, writes the entry, the total and the answer. */
export async function carryOut(
  client: pg.ClientBase,
  { account, key, requests }: { account: string; key: string; requests: number },
): Promise<string> {
  const run = (name: string, text: string, values: unknown[]) => client.query({ name, text, values });
  await client.query('BEGIN');
  await run(
    'key',
    'INSERT INTO one_by_one.keys (key, fingerprint) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING key',
    [key, fingerprint],
  );
  const { rows } = await run('lock', 'SELECT sequence FROM one_by_one.accounts WHERE id = $1 FOR UPDATE', [
    account,
  ]);
  const sequence = Number(rows[0].sequence) + 1;
  const id = uuidV7();
  await run('entry', 'INSERT INTO one_by_one.entries VALUES ($1, $2, $3, $4)', [
    id,
    account,
    sequence,
    requests,
  ]);
  await run('total', 'UPDATE one_by_one.accounts SET sequence = $2, requests = requests + $3 WHERE id = $1', [
    account,
    sequence,
    requests,
  ]);
  const answer = JSON.stringify({ id, account, requests, recordedAt: new Date().toISOString() });
  await run('answer', 'UPDATE one_by_one.keys SET answer = $2 WHERE key = $1', [key, answer]);
  await client.query('COMMIT');
  return answer;
}
