// The index of records by key lags, but a key that the index does not have yet is still found.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { rounds } from '../../../../test/harness/rounds.ts';
import { type Random, seededRandom } from '../../../../test/harness/seeded-random.ts';
import { temporaryFolder } from '../../../../test/harness/temporary-folder.ts';
import type { MadeRecord } from '../../../ledger/storage-port.ts';
import { integer } from '../columns.ts';
import { SqliteConnection } from '../connection.ts';
import { migrate } from '../migrations/migrate.ts';
import { loadRecord, recordReads } from '../read/records.ts';
import { sweepStep } from '../upkeep/sweep.ts';
import { KeptRows } from './kept-rows.ts';
import { saveRecords } from './records.ts';

const cap = { answersMax: 1_000_000, bytesMax: 1_000_000_000 };
const scopes = ['aa'.repeat(16), 'bb'.repeat(16), 'cc'.repeat(16)];
/** Runs have few records, so that many runs begin and end in a short test. */
const newRows = () => new KeptRows({ recordRunRows: 150 });
const startMs = 1_700_000_000_000;

/** A file, its writer, a reader that remains open, and the keys that have a record. */
interface Books {
  readonly connection: SqliteConnection;
  readonly reader: ReturnType<typeof recordReads>;
  rows: KeptRows;
  readonly known: Map<string, MadeRecord>;
  /** a number that identifies each record, so that the test knows which record was found */
  number: number;
}

function openBooks(t: TestContext): Books {
  const connection = new SqliteConnection(join(temporaryFolder(t), 'books.db'), 'read_write');
  t.after(() => connection.close());
  migrate(connection);
  const reader = recordReads(async (work) => work(connection), cap);
  return { connection, reader, rows: newRows(), known: new Map(), number: 0 };
}

const nameOf = ({ scope, digest }: Pick<MadeRecord, 'scope' | 'digest'>) => `${scope} ${digest}`;

function drawRecord(books: Books, random: Random): MadeRecord {
  books.number += 1;
  const digest = Array.from({ length: 4 }, () =>
    random
      .below(2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
  return {
    tenant: 'acme',
    scope: random.pick(scopes),
    digest: `ff${digest.slice(2)}`,
    fingerprint: 'ee'.repeat(32),
    firstSeenAtMs: startMs + books.number,
    method: 'POST',
    path: `/${books.number}`,
    location: undefined,
    answer: { status: 201, headers: [], body: '', protection: 'plain', expiresAtMs: startMs },
  };
}

/** Writes a batch in an open transaction, and what happens after its `COMMIT`. */
function writeBatch(books: Books, random: Random): { readonly made: readonly MadeRecord[]; takeIn(): void } {
  const { connection, rows } = books;
  rows.begin(connection);
  const made = Array.from({ length: random.below(20) }, () => drawRecord(books, random));
  const saved = saveRecords(connection, made, new Set(), rows);
  const indexed = rows.recordIndex.write(connection, saved.made);
  const takeIn = () => {
    indexed();
    rows.committed(
      { tenants: new Map(), records: made, ids: { reached: { timeMs: 1, counter: 1 }, aheadMs: 0 } },
      new Map(),
      saved,
    );
  };
  return { made, takeIn };
}

function commit(books: Books, random: Random, died: 'nowhere' | 'before_commit' | 'after_commit'): void {
  books.connection.exec('BEGIN IMMEDIATE');
  const { made, takeIn } = writeBatch(books, random);
  if (died === 'before_commit') {
    books.connection.exec('ROLLBACK');
    books.rows = newRows();
    return;
  }
  books.connection.exec('COMMIT');
  for (const record of made) books.known.set(nameOf(record), record);
  if (died === 'after_commit') books.rows = newRows();
  else takeIn();
}

/** A batch that fails before its commit: records that the index does not have yet remain known. */
function fail(books: Books, random: Random): void {
  books.connection.exec('BEGIN IMMEDIATE');
  writeBatch(books, random);
  books.connection.exec('ROLLBACK');
  books.rows.forgetRows();
}

/** The keys whose record the writer or a reader does not find. */
async function missed({ connection, reader, rows, known }: Books, random: Random): Promise<string[]> {
  const found: string[] = [];
  const all = [...known.values()];
  // All new keys, and some of the others.
  const looked = [...all.slice(-350), ...Array.from({ length: 20 }, () => random.pick(all))];
  connection.exec('BEGIN IMMEDIATE');
  rows.begin(connection);
  for (const { tenant, scope, digest, path, firstSeenAtMs } of looked) {
    const totals = rows.scope(connection, tenant, scope);
    const record =
      totals && loadRecord(connection, { tenant, scope, digest }, totals, rows.lateRecord, new Set(), cap);
    if (record?.firstSeenAtMs !== firstSeenAtMs) found.push(`the writer misses ${path}`);
  }
  connection.exec('ROLLBACK');
  for (const { tenant, scope, digest, path } of looked) {
    const facts = await reader.keyFacts({ tenant, scope, digest });
    if (facts?.path !== path) found.push(`a reader misses ${path}`);
  }
  return found;
}

function countOf({ connection }: Books, table: string): number {
  const row = connection.get(`SELECT count(*) AS count FROM ${table}`);
  return row === undefined ? 0 : integer(row, 'count');
}

test('the record of every key is found, wherever the process dies', async (t) => {
  const random = seededRandom(t);
  for (let round = 0; round < rounds({ test: 1, prove: 100 }); round++) {
    const books = openBooks(t);
    commit(books, random, 'nowhere');
    for (let batch = 0; batch < 120; batch++) {
      const died = random.pick([
        ...Array.from({ length: 20 }, () => 'nowhere' as const),
        'before_commit',
        'after_commit',
      ] as const);
      commit(books, random, died);
      // A storage fault clears the memory.
      if (random.below(40) === 0) books.rows.forgetAll();
      if (random.below(20) === 0) fail(books, random);
      if (batch % 9 === 0)
        assert.deepEqual(await missed(books, random), [], `round ${round}, batch ${batch}`);
    }
    assert.equal(countOf(books, 'records'), books.known.size);
    const indexed = countOf(books, 'record_keys');
    assert.ok(indexed > books.known.size / 2, `${indexed} of ${books.known.size} are in the index`);
    assert.ok(indexed < books.known.size, 'the index lags');
  }
});

test('a sweep forgets late records with their keys, and no number is used twice', async (t) => {
  const random = seededRandom(t);
  const books = openBooks(t);
  const { connection } = books;
  for (let batch = 0; batch < 40; batch++) commit(books, random, 'nowhere');
  const dayMs = 86_400_000;
  const retentionMs = 10 * dayMs;
  const limits = { answerTtlMs: dayMs, retentionMs, rowsMax: 1_000, cursor: undefined };
  const sweepAt = (nowMs: number) => {
    connection.exec('BEGIN IMMEDIATE');
    books.rows.begin(connection);
    const takeIn = books.rows.indexOldRecords(connection, nowMs - retentionMs);
    const report = sweepStep(connection, nowMs, limits, cap);
    connection.exec('COMMIT');
    takeIn();
    books.rows.swept();
    return report;
  };
  const last = () => Math.max(...connection.all('SELECT n FROM records').map((row) => integer(row, 'n')));
  const lastBefore = last();
  // A record is forgotten only after the clock has run steadily for the whole retention.
  for (let day = 0; day <= 30; day += 2) sweepAt(startMs + day * dayMs);
  assert.equal(countOf(books, 'records'), 0);
  assert.equal(countOf(books, 'record_keys'), 0);
  books.known.clear();
  for (let batch = 0; batch < 30; batch++) commit(books, random, batch === 3 ? 'after_commit' : 'nowhere');
  assert.deepEqual(await missed(books, random), []);
  const lowest = Math.min(...connection.all('SELECT n FROM records').map((row) => integer(row, 'n')));
  assert.ok(lowest > lastBefore, `${lowest} comes after ${lastBefore}, which the index is said to have`);
});

test('a record that was deleted by hand leaves a key that names nothing, and the next record takes it', async (t) => {
  const random = seededRandom(t);
  const books = openBooks(t);
  for (let batch = 0; batch < 60; batch++) commit(books, random, 'nowhere');
  const [first] = books.known.values();
  assert.ok(first);
  books.connection.run('DELETE FROM records WHERE path = ?', first.path);
  assert.equal(await books.reader.keyFacts(first), undefined);
  const again = { ...first, path: '/again', firstSeenAtMs: startMs - 1 };
  books.connection.exec('BEGIN IMMEDIATE');
  books.rows.begin(books.connection);
  const saved = saveRecords(books.connection, [again], new Set(), books.rows);
  const indexed = books.rows.recordIndex.write(books.connection, saved.made);
  books.connection.exec('COMMIT');
  indexed();
  books.rows = newRows();
  books.known.set(nameOf(again), again);
  for (let batch = 0; batch < 60; batch++) {
    commit(books, random, 'nowhere');
    assert.equal((await books.reader.keyFacts(first))?.path, '/again');
  }
});

test('a reader does not take the record of another key for one that was deleted by hand', async (t) => {
  const random = seededRandom(t);
  const books = openBooks(t);
  const { connection, reader } = books;
  const save = (record: MadeRecord) => {
    connection.exec('BEGIN IMMEDIATE');
    books.rows.begin(connection);
    const { lastRecord } = saveRecords(connection, [record], new Set(), books.rows);
    connection.exec('COMMIT');
    books.rows = newRows();
    return lastRecord;
  };
  const deleted = drawRecord(books, random);
  const number = save(deleted);
  assert.equal((await reader.keyFacts(deleted))?.path, deleted.path);
  connection.run('DELETE FROM records WHERE n = ?', number);
  assert.equal(save(drawRecord(books, random)), number, 'its number is given again');
  assert.equal(await reader.keyFacts(deleted), undefined);
});

/** Faults that a writer could have. Each must be noticed. */
const planted: Readonly<Record<string, (books: Books, random: Random) => void>> = {
  'the index claims to contain records that it does not have': ({ connection, rows }) => {
    connection.exec('UPDATE ledger_clock SET records_indexed_through = (SELECT max(n) FROM records)');
    rows.forgetAll();
  },
  'a key of the index is missing': ({ connection }) => {
    connection.exec('DELETE FROM record_keys');
  },
  'a batch stays in memory although it was rolled back': (books, random) => {
    books.connection.exec('BEGIN IMMEDIATE');
    const { made, takeIn } = writeBatch(books, random);
    books.connection.exec('ROLLBACK');
    takeIn();
    for (const record of made) books.known.set(nameOf(record), record);
  },
};

for (const [fault, plant] of Object.entries(planted)) {
  test(`the check notices a planted fault: ${fault}`, async (t) => {
    const random = seededRandom(t);
    const books = openBooks(t);
    for (let batch = 0; batch < 60; batch++) commit(books, random, 'nowhere');
    assert.deepEqual(await missed(books, random), []);
    plant(books, random);
    assert.notDeepEqual(await missed(books, random), []);
  });
}
