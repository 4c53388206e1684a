// The index of entries by account lags, but readers still see every entry.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { rounds } from '../../../../test/harness/rounds.ts';
import { type Random, seededRandom } from '../../../../test/harness/seeded-random.ts';
import { temporaryFolder } from '../../../../test/harness/temporary-folder.ts';
import { idsIn } from '../../../domain/id-block.ts';
import { integer, uuidBytes } from '../columns.ts';
import { SqliteConnection } from '../connection.ts';
import { migrate } from '../migrations/migrate.ts';
import { entryReads, loadPosition } from '../read/entries.ts';
import { entryIndexTable, hasEntriesBeyond, type IndexedEntry } from './entry-index.ts';
import { LaggingIndex } from './lagging-index.ts';

const accountCount = 7;
/** Runs have few entries, so that many runs begin and end in a short test. */
const newIndex = () => new LaggingIndex({ ...entryIndexTable, runRows: 150 });

/** A file with accounts, the writer's index, and the entries that the accounts must have. */
interface Books {
  readonly connection: SqliteConnection;
  index: LaggingIndex<IndexedEntry>;
  readonly sequences: Map<number, number>;
  idNumber: number;
}

function openBooks(t: TestContext): Books {
  const connection = new SqliteConnection(join(temporaryFolder(t), 'books.db'), 'read_write');
  t.after(() => connection.close());
  migrate(connection);
  for (let account = 1; account <= accountCount; account++)
    connection.run(
      `INSERT INTO accounts (account, tenant, agent, service_id, sequence, settled_through, settlements, recorded_requests,
         settled_requests, settled_stroops, unsettled) VALUES (?, ?, 'agent', ?, 0, 0, 0, 0, 0, 0, 0)`,
      account,
      tenantOf(account),
      `service-${account}`,
    );
  return { connection, index: newIndex(), sequences: new Map(), idNumber: 0 };
}

const tenantOf = (account: number) => `tenant-${account % 3}`;

/** Writes a batch in an open transaction: its entries, and the work of the index after the `COMMIT`. */
function writeBatch(
  books: Books,
  random: Random,
): { readonly made: readonly IndexedEntry[]; takeIn(): void } {
  const { connection, index, sequences } = books;
  index.begin(connection);
  const next = new Map(sequences);
  const made = Array.from({ length: random.below(20) }, () => {
    const account = 1 + random.below(accountCount);
    const sequence = (next.get(account) ?? 0) + 1;
    next.set(account, sequence);
    books.idNumber += 1;
    const id = idsIn({ timeMs: 1_800_000_000_000, counter: 0, randomTail: '0000000000' })(books.idNumber);
    connection.run(
      `INSERT INTO entries (tenant, id, account, sequence, requests, price_version, line_requests, recorded_at_ms)
       VALUES (?, ?, ?, ?, 1, 0, ?, 0)`,
      tenantOf(account),
      uuidBytes(id),
      account,
      sequence,
      sequence,
    );
    connection.run('UPDATE accounts SET sequence = ? WHERE account = ?', sequence, account);
    return { account, sequence, id };
  });
  // The entries of a batch are ordered by tenant, not by their ids.
  return {
    made,
    takeIn: index.write(
      connection,
      made.toSorted((a, b) => b.account - a.account),
    ),
  };
}

/** The differences that a reader finds in the entries of the accounts. */
async function differences({ connection, sequences }: Books): Promise<string[]> {
  const { entriesOf } = entryReads(async (work) => work(connection));
  const found: string[] = [];
  for (let account = 1; account <= accountCount; account++) {
    const last = sequences.get(account) ?? 0;
    const key = { tenant: tenantOf(account), agent: 'agent', serviceId: `service-${account}` };
    const listed: number[] = [];
    for (;;) {
      const page = await entriesOf(key, listed.at(-1) ?? 0, Number.MAX_SAFE_INTEGER, 40);
      listed.push(...page.map(({ sequence }) => sequence));
      if (page.length < 40) break;
    }
    const expected = Array.from({ length: last }, (_, at) => at + 1);
    if (listed.join() !== expected.join()) found.push(`account ${account} lists ${listed.length} of ${last}`);
    for (const sequence of [1, last >> 1, last].filter((one) => one > 0 && one <= last))
      if (loadPosition(connection, account, sequence)?.lineRequests !== sequence)
        found.push(`account ${account} has no position ${sequence}`);
  }
  return found;
}

/** Commits a batch like the writer does. `died` says where the process dies. */
function commit(books: Books, random: Random, died: 'nowhere' | 'before_commit' | 'after_commit'): void {
  books.connection.exec('BEGIN IMMEDIATE');
  const { made, takeIn } = writeBatch(books, random);
  if (died === 'before_commit') {
    books.connection.exec('ROLLBACK');
    books.index = newIndex();
    return;
  }
  books.connection.exec('COMMIT');
  for (const { account, sequence } of made) books.sequences.set(account, sequence);
  if (died === 'after_commit') books.index = newIndex();
  else takeIn();
}

function indexedCount({ connection }: Books): number {
  const row = connection.get('SELECT count(*) AS count FROM account_entries');
  return row === undefined ? 0 : integer(row, 'count');
}

test('every entry is found by its account, wherever the process dies', async (t) => {
  const random = seededRandom(t);
  for (let round = 0; round < rounds({ test: 2, prove: 100 }); round++) {
    const books = openBooks(t);
    let total = 0;
    for (let batch = 0; batch < 250; batch++) {
      const died = random.pick([
        ...Array.from({ length: 20 }, () => 'nowhere' as const),
        'before_commit',
        'after_commit',
      ] as const);
      commit(books, random, died);
      if (random.below(40) === 0) {
        // A storage fault clears the memory.
        books.index.forget();
      }
      if (batch % 5 === 0) assert.deepEqual(await differences(books), [], `round ${round}, batch ${batch}`);
    }
    total = [...books.sequences.values()].reduce((sum, last) => sum + last, 0);
    const indexed = indexedCount(books);
    assert.ok(indexed > total / 2, `${indexed} of ${total} are in the index`);
    assert.ok(indexed < total, 'the index lags');
  }
});

test('an entry beyond the last one of its account is found, whether it is in the index yet or not', (t) => {
  const random = seededRandom(t);
  const books = openBooks(t);
  for (let batch = 0; batch < 100; batch++) {
    commit(books, random, 'nowhere');
    for (const [account, last] of books.sequences) {
      assert.ok(hasEntriesBeyond(books.connection, books.index, account, last - 1));
      assert.ok(!hasEntriesBeyond(books.connection, books.index, account, last));
    }
  }
});

/** Faults that a writer could have. Readers must notice each of them. */
const planted: Readonly<Record<string, (books: Books, random: Random) => void>> = {
  'the index claims to contain entries that it does not have': ({ connection }) => {
    connection.exec('UPDATE ledger_clock SET entries_indexed_through = (SELECT max(id) FROM entries)');
  },
  'a row of the index is missing': ({ connection }) => {
    connection.exec('DELETE FROM account_entries WHERE account = 3 AND sequence = 1');
  },
  'an entry stays in memory although its batch was rolled back': (books, random) => {
    books.connection.exec('BEGIN IMMEDIATE');
    const { takeIn } = writeBatch(books, random);
    books.connection.exec('ROLLBACK');
    takeIn();
    books.index.write(books.connection, []);
    // The same ids are used again for other entries.
    books.idNumber -= 20;
    for (let batch = 0; batch < 60; batch++) commit(books, random, 'nowhere');
  },
};

for (const [fault, plant] of Object.entries(planted)) {
  test(`the check notices a planted fault: ${fault}`, async (t) => {
    const random = seededRandom(t);
    const books = openBooks(t);
    for (let batch = 0; batch < 100; batch++) commit(books, random, 'nowhere');
    assert.deepEqual(await differences(books), []);
    let noticed: readonly unknown[];
    try {
      plant(books, random);
      noticed = await differences(books);
    } catch (error) {
      noticed = [error];
    }
    assert.notDeepEqual(noticed, []);
  });
}
