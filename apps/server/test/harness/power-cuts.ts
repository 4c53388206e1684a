import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { type Api, apiAt } from './api.ts';
import { HoldWrites } from './hold-writes.ts';
import type { FaultyDisk } from './powered-disk.ts';
import { figure } from './proofs.ts';
import { type Random, seededRandom } from './seeded-random.ts';
import {
  assertExactlyOnce,
  type Essence,
  essence,
  inParallel,
  Workload,
  writeUntilKilled,
} from './workload.ts';

/** A server, and any other programs that keep their data on a disk that fails. */
export interface PoweredServer {
  readonly disk: FaultyDisk;
  /** whether the power is cut in the middle of some starts, too */
  readonly cutsStarts: boolean;
  /** Starts everything, and returns the URL. */
  start(): Promise<string>;
  /** Kills every process, as a power cut does. */
  die(): Promise<void>;
}

/** Of the 300 writes between two cuts, at most so many are answered before the cut. */
const answersMax = 280;
const moreCutsMax = 5;
const startMsMax = 3_000;
const withoutDiskMs = 500;
const lookMs = 2;

/** Writes, with the answers that came before a cut. */
class Load {
  readonly acknowledged = new Map<string, Essence>();
  readonly workload: Workload;
  #isCut = false;

  constructor(random: Random) {
    const isAcknowledged = (key: string) => !this.#isCut && this.acknowledged.has(key);
    this.workload = new Workload(random, new HoldWrites(random, isAcknowledged));
  }

  /** Writes until so many more were acknowledged; the writing goes on. */
  async writeUntil(api: Api, answers: number): Promise<{ readonly over: Promise<void> }> {
    const enough = this.acknowledged.size + answers;
    let isOver = false;
    const over = writeUntilKilled(api, this.workload, this.acknowledged).finally(() => {
      isOver = true;
    });
    while (this.acknowledged.size < enough && !isOver) await passing(lookMs);
    return { over };
  }

  /**
   * Cuts, and lets the processes go on for a while without their disk. What they answer then does not count: a machine
   * without power answers nothing, and the kernel can report a sync as done that the cut interrupted.
   */
  async cut(server: PoweredServer, over: Promise<void>, withoutDiskMs: number): Promise<void> {
    const heard = new Set(this.acknowledged.keys());
    this.#isCut = true;
    server.disk.cut();
    if (withoutDiskMs > 0) await Promise.race([over, passing(withoutDiskMs)]);
    await server.die();
    await over;
    for (const key of this.acknowledged.keys()) {
      if (!heard.has(key)) this.acknowledged.delete(key);
    }
    this.#isCut = false;
    await server.disk.restore();
  }

  /** Retries what was acknowledged from a write on. Returns the keys that do not get the same answer, as a replay. */
  async lost(api: Api, from: number): Promise<string[]> {
    const lost: string[] = [];
    const left = this.workload.writes.slice(from).filter(({ key }) => this.acknowledged.has(key));
    await inParallel(
      16,
      () => left.shift(),
      async ({ key, path, body }) => {
        const answer = await api.post(path, body, key);
        const isReplayed = answer.headers.get('idempotency-replayed') === 'true';
        const isSame = JSON.stringify(essence(answer)) === JSON.stringify(this.acknowledged.get(key));
        if (!isReplayed || !isSame) lost.push(key);
      },
    );
    return lost;
  }
}

/**
 * Cuts the power of a disk that reports as synced what it has not kept. Asserts the bounds of the damage after each cut: the
 * server starts, no write is there in part, and when all writes are sent again in their order, each has taken effect once.
 * Returns how much there was, in words.
 */
export async function assertLossIsWhole(
  t: TestContext,
  server: PoweredServer,
  cuts: number,
): Promise<string> {
  const load = new Load(seededRandom(t));
  const { acknowledged, workload } = load;
  let lost = 0;
  let cut = 0;
  let api = apiAt(await server.start());
  // A flush can come right before a cut by chance, so one cut alone may lose nothing.
  for (; cut < cuts || (lost === 0 && cut < cuts + moreCutsMax); cut++) {
    await workload.prepare(api);
    // What was written by now is kept, so that the cut takes a part of the books.
    server.disk.sync();
    const { over } = await load.writeUntil(api, answersMax / 2);
    await load.cut(server, over, 0);
    api = apiAt(await server.start());
    lost += await sendAgain(api, load);
  }
  assert.ok(lost > 0, 'the disk lost nothing');
  await assertExactlyOnce(api, workload, acknowledged);
  return `${figure(cut)} cuts, ${figure(workload.writes.length)} writes, ${figure(lost)} of them acknowledged and lost`;
}

/** Sends all writes again in their order, and keeps the new answers. Returns how many acknowledged ones were lost. */
async function sendAgain(api: Api, { acknowledged, workload }: Load): Promise<number> {
  const audit = (await api.get('/audit')).json;
  assert.deepEqual([audit.ok, audit.differences, audit.balances.differences], [true, [], []]);
  assert.ok(audit.recorded.requests <= workload.requestsTotal, 'more was recorded than was sent');
  await workload.prepare(api);
  let lost = 0;
  for (const { key, path, body } of workload.writes) {
    const answer = await api.post(path, body, key);
    assert.ok(answer.status < 300, `${key}: ${answer.text}`);
    const before = acknowledged.get(key);
    const isReplayed = answer.headers.get('idempotency-replayed') === 'true';
    if (before !== undefined && isReplayed) assert.deepEqual(essence(answer), before, key);
    if (before !== undefined && !isReplayed) lost += 1;
    acknowledged.set(key, essence(answer));
  }
  return lost;
}

/**
 * Cuts the power again and again while clients write, and sometimes while the server starts. Asserts that nothing
 * acknowledged is lost, and that everything sent again takes effect once. Returns how much there was, in words.
 */
export async function assertSurvivesCuts(
  t: TestContext,
  server: PoweredServer,
  cuts: number,
): Promise<string> {
  const random = seededRandom(t);
  const load = new Load(random);
  let cutStarts = 0;
  let from = 0;
  for (let cut = 0; cut < cuts; cut++) {
    const starting = server.start();
    if (server.cutsStarts && random.below(5) === 0) {
      starting.catch(() => undefined);
      await passing(random.below(startMsMax));
      server.disk.cut();
      await server.die();
      await server.disk.restore();
      cutStarts += 1;
      continue;
    }
    const api = apiAt(await starting);
    assert.deepEqual(await load.lost(api, from), [], `acknowledged before cut ${cut} and lost`);
    from = load.workload.writes.length;
    await load.workload.prepare(api);
    const { over } = await load.writeUntil(api, random.below(answersMax));
    await load.cut(server, over, random.below(2) * withoutDiskMs);
  }
  const api = apiAt(await server.start());
  await load.workload.prepare(api);
  const { acknowledged, workload } = load;
  const unheard = await assertExactlyOnce(api, workload, acknowledged);
  const starts = cutStarts === 0 ? '' : `, ${figure(cutStarts)} of them during a start`;
  return `${figure(cuts)} cuts${starts}, ${figure(workload.writes.length)} writes, ${figure(acknowledged.size)} acknowledged before a cut, ${figure(unheard)} committed although no answer came before the cut`;
}

/** How many acknowledged writes one cut of the power loses: none, unless the server does not sync. */
export async function lostByACut(
  t: TestContext,
  server: PoweredServer,
): Promise<{ readonly acknowledged: number; readonly lost: number }> {
  const load = new Load(seededRandom(t));
  const api = apiAt(await server.start());
  await load.workload.prepare(api);
  // The books are there; what is written from now on is synced by the server or not at all.
  server.disk.sync();
  const { over } = await load.writeUntil(api, answersMax / 2);
  await load.cut(server, over, 0);
  const lost = await load.lost(apiAt(await server.start()), 0);
  t.diagnostic(`${lost.length} of ${load.acknowledged.size} acknowledged writes were lost`);
  return { acknowledged: load.acknowledged.size, lost: lost.length };
}
