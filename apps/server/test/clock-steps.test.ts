// The clock below a real server is stepped ahead and back, by libfaketime, while clients write and a follower reads.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Api, apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { startProcess } from './harness/process.ts';
import { figure, withstood } from './harness/proofs.ts';
import { rounds } from './harness/rounds.ts';
import { seededRandom } from './harness/seeded-random.ts';
import { type SteppedClock, steppedClock } from './harness/stepped-clock.ts';
import { assertExactlyOnce, type Essence, essence, inParallel, Workload } from './harness/workload.ts';

const steps = rounds({ test: 6, prove: 100 });
const writesEach = 40;
const hour = 3_600;
const day = 24 * hour;
/** Longer than the server keeps keys. */
const farAhead = 500 * day;
/** Back by less than a day, for which answers are kept. */
const offsets = [0, -2 * hour, -12 * hour, 3 * hour, 2 * day, farAhead];

/** Reads on from a cursor. */
async function read(api: Api, seen: string[], cursor: string): Promise<string> {
  for (let at = cursor; ; ) {
    const { json } = await api.get(`/entries?limit=1000${at === '' ? '' : `&cursor=${at}`}`);
    seen.push(...json.items.map(({ id }: { id: string }) => id));
    if (json.items.length === 0) return at;
    at = json.nextCursor;
  }
}

/** Steps the clock while clients write and a follower reads. Asserts the promises, and returns how much there was. */
async function assertSurvivesSteps(
  t: TestContext,
  clock: SteppedClock,
  size: { readonly steps: number; readonly writesEach: number },
  faults: Readonly<Record<string, string>> = {},
): Promise<string> {
  const random = seededRandom(t);
  const DATABASE_URL = await emptyDatabase(t);
  const environment = { ...clock.environment, ...faults, DATABASE_URL, LOG_LEVEL: 'silent' };
  const api = apiAt((await startProcess(t, environment)).url);
  const workload = new Workload(random);
  await workload.prepare(api);
  const acknowledged = new Map<string, Essence>();
  const seen: string[] = [];
  let cursor = '';
  for (let step = 0; step < size.steps; step++) {
    const offset = step === 0 ? farAhead : random.pick(offsets);
    clock.step(offset);
    let left = size.writesEach;
    const next = () => (left-- > 0 ? workload.next() : undefined);
    await inParallel(8, next, async ({ key, path, body }) => {
      const answer = await api.post(path, body, key);
      assert.ok(answer.status < 300, `${key}: ${answer.text}`);
      acknowledged.set(key, essence(answer));
    });
    cursor = await read(api, seen, cursor);
    const newest = (await api.get(`/entries/${seen.at(-1)}`)).json;
    const ahead = (Date.parse(newest.recordedAt) - Date.now()) / 1_000;
    assert.ok(Math.abs(ahead - offset) < hour, `recorded at ${newest.recordedAt}, ${offset} s ahead`);
  }
  clock.step(0);
  await assertExactlyOnce(api, workload, acknowledged);
  await read(api, seen, cursor);
  const all: string[] = [];
  await read(api, all, '');
  assert.deepEqual(seen, all, 'the follower saw each entry once, in order');
  assert.equal(new Set(all).size, all.length);
  const amount = `${figure(size.steps)} steps, ${figure(workload.writes.length)} writes, ${figure(all.length)} entries`;
  t.diagnostic(amount);
  return amount;
}

test(`a server whose clock is stepped ahead and back ${steps} times bills each key once and hides nothing from followers`, async (t) => {
  const made = await steppedClock(t);
  if ('missing' in made) return t.skip(made.missing);
  withstood('clock_steps', await assertSurvivesSteps(t, made.clock, { steps, writesEach }));
});

const trusting = `--import=${new URL('harness/trusting-clock.ts', import.meta.url).href}`;
for (const [fault, name, found] of [
  ['lists', 'ends its lists at the time of its clock', /saw each entry once/],
  ['keys', 'finds no key that is later than its clock', /key-\d+/],
] as const) {
  test(`the same steps find a server that ${name}`, async (t) => {
    const made = await steppedClock(t);
    if ('missing' in made) return t.skip(made.missing);
    const faults = { NODE_OPTIONS: trusting, PLANTED_FAULT: fault };
    await assert.rejects(assertSurvivesSteps(t, made.clock, { steps: 3, writesEach: 20 }, faults), found);
  });
}
