// Kills the process in the middle of the runs of the lagging index of entries by account.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { auditBooks } from '../src/reads/audit-books.ts';
import { openBooks } from '../src/storage/open-books.ts';
import { apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { countIn } from './harness/look-into.ts';
import { startProcess } from './harness/process.ts';
import { figure, withstood } from './harness/proofs.ts';
import { rounds } from './harness/rounds.ts';
import { seededRandom } from './harness/seeded-random.ts';
import { inParallel } from './harness/workload.ts';

const lives = rounds({ test: 2, prove: 40 });
const itemsPerBulk = 400;
const agents = 8;

test(`after ${lives} kills among thousands of entries each of them is in its account`, async (t) => {
  const random = seededRandom(t);
  const databaseUrl = await emptyDatabase(t);
  if (!databaseUrl.startsWith('file:')) return;
  const file = databaseUrl.slice('file:'.length);
  const bulks: { readonly key: string; readonly body: unknown }[] = [];
  const next = () => {
    const items = Array.from({ length: itemsPerBulk }, (_, item) => ({
      agent: `agent-${item % agents}`,
      serviceId: 'search',
      requests: 1,
    }));
    const bulk = { key: `bulk-${bulks.length}`, body: { items } };
    bulks.push(bulk);
    return bulk;
  };
  for (let life = 0; life < lives; life++) {
    const server = await startProcess(t, { DATABASE_URL: databaseUrl });
    const api = apiAt(server.url);
    let isGone = false;
    const load = inParallel(
      8,
      () => (isGone ? undefined : next()),
      async ({ key, body }) => {
        await api.post('/usage/bulk', body, key).catch(() => {
          isGone = true;
        });
      },
    );
    await passing(300 + random.below(900));
    await server.stop('SIGKILL');
    await load;
  }
  const server = await startProcess(t, { DATABASE_URL: databaseUrl });
  const api = apiAt(server.url);
  for (const { key, body } of bulks) {
    const answer = await api.post('/usage/bulk', body, key);
    assert.ok(answer.status < 300, answer.text);
  }
  await server.stop('SIGTERM');
  const late = countIn(
    file,
    'SELECT (SELECT count(*) FROM entries) - (SELECT count(*) FROM account_entries)',
  );
  t.diagnostic(`${bulks.length} bulks, ${late} entries are not in the index`);
  const { books, close } = await openBooks({ kind: 'sqlite', file });
  const found = await auditBooks(books, 'public');
  await close();
  assert.deepEqual(found.differences, []);
  assert.equal(found.entries, bulks.length * itemsPerBulk);
  assert.equal(found.recordedRequests, BigInt(bulks.length * itemsPerBulk));
  assert.ok(late > 0, 'the index lags');
  withstood(
    'killed_while_indexing',
    `${lives} kills, ${figure(bulks.length * itemsPerBulk)} entries, ${figure(late)} of them not in the index yet`,
  );
});
