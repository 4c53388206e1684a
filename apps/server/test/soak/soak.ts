import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { apiOfTenant } from '../harness/tenants.ts';
import type { Pattern } from './pattern.ts';
import { descriptorKinds, factsOf } from './process-facts.ts';
import { type Slice, tableRow } from './report.ts';
import { aloneName, type Length, runSlice, type Soaked, startSoaked, tenantOf } from './slice.ts';

/** How many more descriptors than at the start may remain open: kept-alive connections, and files. */
const descriptorsMore = 24;
/**
 * Every place must be released within this time after the attacks. A kept-alive connection is closed 72 s after its
 * last request.
 */
const givenBackWithinMs = 90_000;
/** The same if each pattern runs on a new server. A server that does not release places shows this soon. */
const givenBackApartWithinMs = 10_000;
/** The slice with all patterns. */
export const allAtOnce = 'all of them at once';
/**
 * Share of the seconds of a slice. This much time is spent on writes before the first slice, so that it does not
 * measure the start of a server.
 */
const warmUpShare = 0.25;

/**
 * Runs honest clients next to every hostile pattern, one after another, and next to all of them at once. Afterwards the
 * books must be exact.
 */
export async function soak(
  t: TestContext,
  length: Length,
  onRow: (row: string) => void,
): Promise<readonly Slice[]> {
  const { patterns } = length;
  const soaked = await startSoaked(t, length);
  const slices: Slice[] = [];
  const run = async (name: string, hostile: readonly Pattern[]) => {
    const slice = await runSlice(soaked, name, hostile, length);
    slices.push(slice);
    onRow(tableRow(slice, slices[0] ?? slice));
  };
  await warmUp(soaked, length);
  await run(aloneName, []);
  const { descriptors } = factsOf(soaked.server.pid);
  for (const pattern of patterns) await run(pattern.name, [pattern]);
  await run(allAtOnce, patterns);
  await assertGivenBack(soaked, descriptors, givenBackWithinMs);
  await run('no one, afterwards', []);
  await assertBooks(soaked, patterns);
  return slices;
}

/**
 * Runs honest clients next to each hostile pattern on a new server, so that the remains of one pattern affect no other.
 * Nothing is asserted, because the server may be a version that does not pass: each row reports the result.
 */
export async function soakApart(t: TestContext, length: Length, onRow: (row: string) => void): Promise<void> {
  for (const pattern of length.patterns) {
    const soaked = await startSoaked(t, length);
    await warmUp(soaked, length);
    const alone = await warmUp(soaked, length);
    const { descriptors } = factsOf(soaked.server.pid);
    const slice = await runSlice(soaked, pattern.name, [pattern], length);
    const faults = [
      await faultOf(() => assertGivenBack(soaked, descriptors, givenBackApartWithinMs)),
      await faultOf(() => assertBooks(soaked, [pattern])),
    ];
    onRow(`${tableRow(slice, alone)} ${faults.filter((fault) => fault !== '').join('; ') || 'exact'} |`);
    await soaked.server.stop('SIGKILL');
  }
}

/**
 * Writes for some time, and starts both reader threads, so that what they keep open is not attributed to an attacker.
 */
async function warmUp(soaked: Soaked, length: Length): Promise<Slice> {
  const books = await apiOfTenant(soaked.api, 'honest');
  await Promise.all(['/events/summary', '/events/summary'].map((path) => books.get(path)));
  const secondsEach = length.secondsEach * warmUpShare;
  return await runSlice(soaked, aloneName, [], { ...length, secondsEach });
}

async function faultOf(check: () => Promise<void>): Promise<string> {
  try {
    await check();
    return '';
  } catch (error) {
    return String(error instanceof Error ? error.message : error)
      .split('\n', 1)
      .join('');
  }
}

/** Asserts that every write is answered, every message is delivered, and no connection of an attacker remains. */
async function assertGivenBack(
  { server, honest }: Soaked,
  descriptors: number,
  withinMs: number,
): Promise<void> {
  const untilMs = performance.now() + withinMs;
  assert.equal(await honest.retryOpen(untilMs), 0, 'writes are not answered after the attack');
  const openMax = descriptors + descriptorsMore;
  const isDone = () => honest.undelivered === 0 && factsOf(server.pid).descriptors <= openMax;
  while (!isDone() && performance.now() < untilMs) await passing(100);
  assert.ok(honest.undelivered === 0, `${honest.undelivered} messages are not delivered after the attack`);
  const { descriptors: open } = factsOf(server.pid);
  const kinds = descriptorKinds(server.pid);
  assert.ok(open <= openMax, `${descriptors} descriptors at the start, ${open} after the attack: ${kinds}`);
}

async function assertBooks({ api, honest }: Soaked, patterns: readonly Pattern[]): Promise<void> {
  const requestsOf = async (tenant: string) => {
    const books = await apiOfTenant(api, tenant);
    const audit = await books.get('/audit');
    assert.deepEqual([audit.status, audit.json.ok], [200, true], `${tenant}: ${audit.text}`);
    return Number(audit.json.recorded.requests);
  };
  assert.equal(await requestsOf('honest'), honest.recordedRequests, 'the honest tenant is billed exactly');
  for (const pattern of patterns) {
    const requests = await requestsOf(tenantOf(pattern));
    if (pattern.isRefused) assert.equal(requests, 0, `refused requests of "${pattern.name}" are recorded`);
  }
}
