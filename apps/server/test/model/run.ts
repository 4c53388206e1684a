import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { startInProcess } from '../harness/in-process.ts';
import { seededRandom } from '../harness/seeded-random.ts';
import { adminKey, asAdmin, makeKey } from '../harness/tenants.ts';
import { assertAgreed } from './agree.ts';
import { assertAccount } from './agree-accounts.ts';
import { assertPurses } from './agree-purses.ts';
import { drawHot, drawSent, drawStart } from './draw.ts';
import { tenants } from './draw-names.ts';
import { drawAccount, type SeenQuote } from './draw-settle.ts';
import { answerTtlMs, booksOf, hasSharedLapse, newModel, noteSweep } from './model.ts';
import { apiOf, type Run, recordPassedTime } from './one-run.ts';
import { unpriced } from './prices.ts';
import { quoteText } from './settling.ts';
import { sendTogether } from './together.ts';
import { changesTenant, type Sent } from './write.ts';

const hourMs = 3_600_000;
const dayMs = 86_400_000;
const retentionMs = 35 * dayMs;

const environment = {
  ADMIN_API_KEY: adminKey,
  IDEMPOTENCY_CACHE_TTL_MS: String(answerTtlMs),
  IDEMPOTENCY_RETENTION_DAYS: String(retentionMs / dayMs),
};

export async function startRun(t: TestContext, seed: number): Promise<Run> {
  const random = seededRandom(t, seed);
  const server = await startInProcess(t, environment);
  const keys = await Promise.all(tenants.map((tenant) => makeKey(server.api, tenant)));
  const apiKeys = new Map(tenants.map((tenant, index) => [tenant as string, keys[index] ?? '']));
  const model = newModel(tenants, server.clock.nowMs, retentionMs);
  const run: Run = {
    t,
    random,
    seen: { sent: [], quotes: [] },
    tags: new Map(),
    apiKeys,
    server,
    model,
    hot: drawHot(random),
  };
  for (const sent of drawStart(random, model)) await sendTogether(run, [sent]);
  return run;
}

/** One turn: mostly some concurrent writes; otherwise a read, or something that the operator or the clock does. */
export async function turnOf(run: Run): Promise<void> {
  const { random } = run;
  switch (random.below(16)) {
    case 0:
      return await pauseOrNot(run);
    case 1:
      return await passTime(run, random.pick([1, 1_000, hourMs, dayMs - 1, dayMs, 3 * dayMs, 36 * dayMs]));
    case 2:
      // Lapses and expiries that are not recorded would be undone when the clock is set back.
      await recordPassedTime(run);
      return await passTime(run, -random.pick([1, 1_000, hourMs, hourMs + 1, 2 * dayMs, 40 * dayMs]));
    case 3:
      return await passDays(run, random.pick([1, 2, 5, 40]));
    case 4:
      return random.below(3) === 0 ? await restart(run) : undefined;
    case 5:
    case 6:
    case 7:
      return await look(run, random.pick(tenants));
    case 8:
      run.hot = drawHot(random);
      return;
    default:
      return await sendTogether(run, drawTogether(run));
  }
}

/** No two of them change a service, because nothing shows in which order they did so. */
function drawTogether({ random, model, seen, hot }: Run): readonly Sent[] {
  const drawn = Array.from({ length: 1 + random.below(4) }, () => drawSent(random, model, seen, hot));
  const changes = drawn.filter(({ write }) => changesTenant(write));
  return drawn.filter((sent) => !changesTenant(sent.write) || sent === changes[0]);
}

async function pauseOrNot(run: Run): Promise<void> {
  const isPaused = run.random.below(3) === 0;
  const { status } = await run.server.api.call(`/admin/${isPaused ? 'pause' : 'unpause'}`, {
    method: 'POST',
    headers: asAdmin,
  });
  assert.equal(status, 200);
  run.model.isPaused = isPaused;
}

async function passTime(run: Run, ms: number): Promise<void> {
  const { server, model } = run;
  server.clock.nowMs += ms;
  model.nowMs = server.clock.nowMs;
  if (hasSharedLapse(model)) await recordPassedTime(run);
}

/** The sweep runs each day, as on a running server, because it does not trust a clock that jumps. */
async function passDays(run: Run, days: number): Promise<void> {
  for (let day = 0; day < days; day++) {
    await passTime(run, dayMs);
    await sweep(run);
  }
}

async function restart(run: Run): Promise<void> {
  const { databaseUrl, clock, app } = run.server;
  await app.close();
  run.server = await startInProcess(run.t, { ...environment, DATABASE_URL: databaseUrl }, clock.nowMs);
  await sweep(run);
}

/** A server sweeps after its start. This sweep runs after that one, at the same clock time. */
async function sweep({ server, model }: Run): Promise<void> {
  const reports = await server.app.sweep.runOnce();
  noteSweep(model, Math.max(0, ...reports.map(({ forgottenBeforeMs }) => forgottenBeforeMs ?? 0)));
}

/** Reads an account with its quote: two quotes have the same tag if and only if their content is the same. */
async function look(run: Run, tenant: string): Promise<void> {
  const account = drawAccount(run.random, run.model, tenant);
  if (account === undefined) return;
  const books = booksOf(run.model, tenant);
  await assertPurses(apiOf(run, tenant), books, account.agent, {
    nowMs: run.model.nowMs,
    isRecorded: false,
  });
  const tag = await assertAccount(apiOf(run, tenant), books, account, run.model.nowMs);
  if (tag === undefined) return;
  const pricing = books.services.get(account.serviceId) ?? unpriced;
  const through = account.entries.length;
  const text = quoteText(account, pricing, through, run.model.nowMs);
  assert.equal(run.tags.get(text) ?? tag, tag);
  run.tags.set(text, tag);
  assert.equal(new Set(run.tags.values()).size, run.tags.size, 'two quotes have one tag');
  const { agent, serviceId } = account;
  const { billedStroops, amount } = JSON.parse(text)[1];
  const quote: SeenQuote = { tenant, agent, serviceId, through, billedStroops, amount, tag };
  run.seen.quotes.push(quote);
}

/** Retries every acknowledged write that has a key: each is replayed, or refused because it is too old. */
export async function retryAll(run: Run): Promise<void> {
  const { keys } = run.model;
  const acknowledged = run.seen.sent.filter(({ tenant, write, key }) => {
    const known = keys.get(`${tenant} ${key}`);
    return known?.request === JSON.stringify(write) && !known.mayBeForgotten;
  });
  for (const sent of acknowledged) await sendTogether(run, [sent]);
}

/** Asserts that everything that can be read equals the model. */
export async function assertAllAgreed(run: Run): Promise<void> {
  await recordPassedTime(run);
  for (const tenant of tenants)
    await assertAgreed(apiOf(run, tenant), booksOf(run.model, tenant), run.model.nowMs);
}
