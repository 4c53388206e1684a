import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Api } from '../harness/api.ts';
import { type InProcess, startInProcess } from '../harness/in-process.ts';
import { type Random, seededRandom } from '../harness/seeded-random.ts';
import { adminKey, asAdmin, makeKey, withHeaders } from '../harness/tenants.ts';
import { areListed, assertAccount, assertAgreed, entriesIn } from './agree.ts';
import { areGranted, assertPurse, grantsIn } from './agree-purses.ts';
import { accountOf, type Observed } from './books.ts';
import { drawAccount, drawHot, drawSent, drawStart, type Seen, type SeenQuote } from './draw.ts';
import { type Hot, tenants } from './draw-names.ts';
import {
  answerTtlMs,
  booksOf,
  hasSharedLapse,
  type Model,
  mismatch,
  newModel,
  notePassedTime,
  noteSweep,
} from './model.ts';
import { unpriced } from './prices.ts';
import { quoteText, type Tags } from './settling.ts';
import { type AccountName, changesTenant, requestOf, type Sent } from './write.ts';

const hourMs = 3_600_000;
const dayMs = 86_400_000;
const retentionMs = 35 * dayMs;

/** A server and the model of it, and what a client has seen. */
export interface Run {
  readonly t: TestContext;
  readonly random: Random;
  readonly seen: Seen;
  /** entity tags by the text of their quote */
  readonly tags: Map<string, string>;
  readonly apiKeys: ReadonlyMap<string, string>;
  server: InProcess;
  model: Model;
  /** what most of the writes are about for now */
  hot: Hot;
}

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

function apiOf({ server, apiKeys }: Run, tenant: string): Api {
  return withHeaders(server.api, { 'x-api-key': String(apiKeys.get(tenant)) });
}

/** One turn: mostly some writes at once; else a look, or what the operator and the clock do. */
export async function turnOf(run: Run): Promise<void> {
  const { random } = run;
  switch (random.below(16)) {
    case 0:
      return await pauseOrNot(run);
    case 1:
      return await passTime(run, random.pick([1, 1_000, hourMs, dayMs - 1, dayMs, 3 * dayMs, 36 * dayMs]));
    case 2:
      // What has lapsed and expired, but was not recorded, would not have when the clock is set back.
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

/** No two of them change a service: nothing tells in which order that was done. */
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

async function recordPassedTime({ server, model }: Run): Promise<void> {
  await server.app.passingTime.runOnce();
  notePassedTime(model);
}

/** The sweep runs each day, as it does where a server runs: it trusts no clock that jumps. */
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

/** A server sweeps when it has started; this sweep comes after that one, at the same time of the clock. */
async function sweep({ server, model }: Run): Promise<void> {
  const reports = await server.app.sweep.runOnce();
  noteSweep(model, Math.max(0, ...reports.map(({ forgottenBeforeMs }) => forgottenBeforeMs ?? 0)));
}

/** Reads an account, with its quote: two quotes have the same tag if and only if they say the same. */
async function look(run: Run, tenant: string): Promise<void> {
  const account = drawAccount(run.random, run.model, tenant);
  if (account === undefined) return;
  const books = booksOf(run.model, tenant);
  await assertPurse(apiOf(run, tenant), books, account.agent, { nowMs: run.model.nowMs, isRecorded: false });
  const tag = await assertAccount(apiOf(run, tenant), books, account, run.model.nowMs);
  if (tag === undefined) return;
  const pricing = books.services.get(account.serviceId) ?? unpriced;
  const through = account.entries.length;
  const text = quoteText(account, pricing, through, run.model.nowMs);
  assert.equal(run.tags.get(text) ?? tag, tag);
  run.tags.set(text, tag);
  assert.equal(new Set(run.tags.values()).size, run.tags.size, 'two quotes have one tag');
  const { agent, serviceId } = account;
  const { billedStroops } = JSON.parse(text)[1];
  const quote: SeenQuote = { tenant, agent, serviceId, through, billedStroops, tag };
  run.seen.quotes.push(quote);
}

/** Sends writes at once: there must be an order in which the model would have answered each as the server did. */
async function sendTogether(run: Run, together: readonly Sent[]): Promise<void> {
  const exchanges = await Promise.all(
    together.map(async (sent) => ({ sent, observed: await send(run, sent) })),
  );
  const wrongs: unknown[] = [];
  const isSo = together.length > 1 ? await witnessed(run, together) : () => true;
  const after = inSomeOrder(run.model, exchanges, { tags: run.tags, isSo, wrongs });
  if (after === undefined) {
    const heard = exchanges.map(({ sent, observed: { status, text } }) => ({ sent, status, text }));
    assert.fail(
      `no order explains ${JSON.stringify(heard, null, 1)}\nexpected ${JSON.stringify(wrongs.slice(0, 4), null, 1)}`,
    );
  }
  run.model = after;
  run.seen.sent.push(...together);
}

interface Exchange {
  readonly sent: Sent;
  readonly observed: Observed;
}

/** Two orders may explain the same answers: what accounts and agents list then tells which of them it was. */
async function witnessed(run: Run, together: readonly Sent[]): Promise<(model: Model) => boolean> {
  const lists = await Promise.all(
    together.flatMap((sent) =>
      accountsIn(run.model, sent).map(async (names) => ({
        tenant: sent.tenant,
        names,
        rows: await entriesIn(apiOf(run, sent.tenant), names),
      })),
    ),
  );
  await run.server.app.passingTime.runOnce();
  const grants = await Promise.all(
    together.flatMap((sent) =>
      [...new Set(agentsIn(run.model, sent))].map(async (agent) => ({
        tenant: sent.tenant,
        agent,
        rows: await grantsIn(apiOf(run, sent.tenant), agent),
      })),
    ),
  );
  return (model) =>
    lists.every(({ tenant, names, rows }) => areListed(accountOf(booksOf(model, tenant), names), rows)) &&
    grants.every(({ tenant, agent, rows }) => areGranted(booksOf(model, tenant), agent, model.nowMs, rows));
}

/** The accounts on which a write may record something. */
function accountsIn(model: Model, { tenant, write }: Sent): readonly AccountName[] {
  switch (write.kind) {
    case 'usage':
      return [write.item];
    case 'bulk':
      return write.items;
    case 'clear':
    case 'write_off':
      return [write];
    case 'reverse':
      return [...booksOf(model, tenant).accounts.values()].filter(({ entries }) =>
        entries.some(({ id }) => id === write.entryId),
      );
    case 'settle':
    case 'settle_bulk':
    case 'put_service':
    case 'put_services':
    case 'set_price':
    case 'cancel_price':
    case 'set_disabled':
    case 'delete_service':
    case 'set_limit':
    case 'delete_limit':
    case 'set_billing':
    case 'create_grant':
    case 'create_refund':
    case 'void_grant':
    case 'create_hold':
    case 'release_hold':
    case 'extend_hold':
      return [];
    case 'capture_hold':
      return holdsCalled(model, { tenant, holdId: write.holdId });
  }
}

function holdsCalled(
  model: Model,
  { tenant, holdId }: { readonly tenant: string; readonly holdId: string },
): readonly AccountName[] {
  return [...booksOf(model, tenant).purses.values()].flatMap(({ agent, holds }) =>
    holds.filter(({ id }) => id === holdId).map(({ serviceId }) => ({ agent, serviceId })),
  );
}

/** The agents whose grants a write may change. */
function agentsIn(model: Model, sent: Sent): readonly string[] {
  const { tenant, write } = sent;
  const { kind } = write;
  if (kind === 'create_grant' || kind === 'create_refund') return [write.agent];
  if (kind === 'void_grant' || kind === 'create_hold') return [write.agent];
  const names =
    kind === 'release_hold' ? holdsCalled(model, { tenant, holdId: write.holdId }) : accountsIn(model, sent);
  return names.map(({ agent }) => agent);
}

/** What an order must agree with; what was expected instead of an answer goes into `wrongs`. */
interface Witness {
  readonly tags: Tags;
  readonly isSo: (model: Model) => boolean;
  readonly wrongs: unknown[];
}

/** The model after the exchanges, in the first order that explains all of their answers. */
function inSomeOrder(model: Model, exchanges: readonly Exchange[], witness: Witness): Model | undefined {
  if (exchanges.length === 0) return witness.isSo(model) ? model : undefined;
  const { tags, wrongs } = witness;
  for (const exchange of exchanges) {
    const tried = structuredClone(model);
    const wrong = mismatch(tried, exchange.sent, exchange.observed, tags);
    if (wrong !== undefined) {
      wrongs.push(wrong);
      continue;
    }
    const others = exchanges.filter((other) => other !== exchange);
    const after = inSomeOrder(tried, others, witness);
    if (after !== undefined) return after;
  }
  return undefined;
}

async function send(run: Run, sent: Sent): Promise<Observed> {
  const { path, request } = requestOf(sent);
  const { status, json, text, headers } = await apiOf(run, sent.tenant).call(path, request);
  const isReplayed = headers.get('idempotency-replayed') === 'true';
  return { status, json, text, location: headers.get('location'), isReplayed };
}

/** Sends every write that was acknowledged under a key again: each is replayed, or refused because it is too old. */
export async function retryAll(run: Run): Promise<void> {
  const { keys } = run.model;
  const acknowledged = run.seen.sent.filter(({ tenant, write, key }) => {
    const known = keys.get(`${tenant} ${key}`);
    return known?.request === JSON.stringify(write) && !known.mayBeForgotten;
  });
  for (const sent of acknowledged) await sendTogether(run, [sent]);
}

/** Asserts that all that can be read is what the model has. */
export async function assertAllAgreed(run: Run): Promise<void> {
  await recordPassedTime(run);
  for (const tenant of tenants)
    await assertAgreed(apiOf(run, tenant), booksOf(run.model, tenant), run.model.nowMs);
}
