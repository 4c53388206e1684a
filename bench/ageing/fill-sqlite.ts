import { SqliteConnection } from '../../apps/server/src/storage/sqlite/connection.ts';
import { answersTable } from '../../apps/server/src/storage/sqlite/read/answers.ts';
import { createAnswersTable } from '../../apps/server/src/storage/sqlite/write/records.ts';

const dayMs = 86_400_000;
/** Accounts over which the entries are spread; their numbers are far above the server's own. */
const accounts = { count: 1_000, from: 1_000_000 };

const numbers = (from: number, to: number) =>
  `WITH RECURSIVE seq (n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM seq WHERE n < ${to})`;

/**
 * Fills a file that a server has made and closed as days of load would, in the scope of its newest record: keys of all
 * days, half of them UUIDv7 and half random, in the order in which they come; the answers of the last day; an entry with
 * a usage id for each key.
 */
export function fillFile(file: string, days: readonly number[], keysPerDay: number): void {
  const connection = new SqliteConnection(file, 'read_write');
  connection.exec('PRAGMA journal_mode = DELETE');
  connection.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4000000');
  const row = connection.get(
    'SELECT number, hex(s.scope) AS scope FROM records AS r JOIN scopes AS s ON s.number = r.scope ORDER BY n DESC LIMIT 1',
  );
  const number = Number(row?.['number']);
  const scope = `unhex('${String(row?.['scope'])}')`;
  for (const day of days) {
    const atMs = `(${day * dayMs} + n * ${dayMs} / ${keysPerDay})`;
    // The digest of a UUIDv7 begins with its time; those of other keys begin with ff.
    connection.exec(`${numbers(1, keysPerDay)} INSERT INTO records SELECT NULL, ${number},
      iif(n % 2 = 0, unhex(printf('%012x', ${atMs}) || hex(randomblob(10))), unhex('ff' || hex(randomblob(15)))),
      randomblob(32), ${atMs}, 'POST', '/api/v1/usage', 201, NULL, n, ${atMs} + ${dayMs} FROM seq`);
  }
  connection.exec(`INSERT OR REPLACE INTO record_keys SELECT scope, key, n FROM records ORDER BY scope, key;
    UPDATE ledger_clock SET records_indexed_through = (SELECT max(n) FROM records)`);
  const lastDay = days.at(-1) ?? 0;
  const table = answersTable(lastDay * dayMs);
  createAnswersTable(connection, table);
  connection.exec(`${numbers(1, keysPerDay)} INSERT INTO ${table} SELECT 'public', ${scope}, n, n * 200, 201,
    '{"content-type":"application/json; charset=utf-8"}', printf('{"n":%-194d}', n), 'plain' FROM seq`);
  const entries = keysPerDay * days.length;
  connection.exec(`${numbers(0, accounts.count - 1)} INSERT INTO accounts (account, tenant, agent, service_id, sequence,
    settled_through, settlements, recorded_requests, settled_requests, settled_stroops)
    SELECT ${accounts.from} + n, 'public', 'filled-' || n, 'search', 0, 0, 0, 0, 0, 0 FROM seq`);
  const firstMs = (lastDay + 1) * dayMs - entries;
  connection.exec(`${numbers(1, entries)} INSERT INTO entries
    (tenant, id, account, sequence, requests, price_version, line_requests, usage_id, occurred_at_ns, recorded_at_ms) SELECT 'public',
    unhex(printf('%012x', ${firstMs} + n) || '70008000' || hex(randomblob(6))), ${accounts.from} + n % ${accounts.count},
    n / ${accounts.count} + 1, 3, 1, (n / ${accounts.count} + 1) * 3, printf('event-%014d', n), NULL, ${firstMs} + n FROM seq`);
  connection.exec(`INSERT OR REPLACE INTO account_entries SELECT account, sequence, id FROM entries ORDER BY account, sequence;
    UPDATE ledger_clock SET entries_indexed_through = (SELECT max(id) FROM entries)`);
  connection.close();
}
