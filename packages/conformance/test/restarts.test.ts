import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { freePort } from '../../idempotency/test/harness/free-port.ts';
import type { Report } from '../src/report/report.ts';
import { runConformance } from '../src/run.ts';
import { planFor } from './harness/plans.ts';

const main = new URL('harness/charging-process.ts', import.meta.url).pathname;
const ids = ['restart-replay', 'kill-replay', 'kill-in-flight', 'kill-frees-keys'];

const triesMax = 6;

/** Runs the restart checks on a small API in a separate process. */
async function check(t: TestContext, fault: string, only = ids, patienceMs = 4_000): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'billonce-conformance-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const result = await runConformance(
    planFor(`${origin}/charges`, {
      start: `exec '${process.execPath}' '${main}' ${port} '${join(folder, 'books')}' ${fault}`,
      count: { kind: 'url', url: new URL(`${origin}/count`) },
      payment: [['X-Pay', '1']],
      only,
      limits: { ...planFor(origin).limits, patienceMs },
    }),
  );
  assert.ok(result.kind === 'reported', result.kind === 'not-run' ? result.reason : '');
  return result.report;
}

function verdictsOf({ checks }: Report): Readonly<Record<string, string>> {
  return Object.fromEntries(checks.map(({ id, verdict }) => [id, verdict]));
}

test('a server whose record is written with its effect passes the checks of restarts', async (t) => {
  const { checks } = await check(t, 'none');
  for (const { id, verdict, reason } of checks) assert.equal(verdict, 'passed', `${id}: ${reason}`);
});

test('a server that keeps its records in memory fails when it is restarted, and when it is killed', async (t) => {
  const report = await check(t, 'memory-only', ['restart-replay', 'kill-replay', 'kill-frees-keys']);
  const expected = { 'restart-replay': 'failed', 'kill-replay': 'failed', 'kill-frees-keys': 'passed' };
  assert.deepEqual(verdictsOf(report), expected);
});

/**
 * The verdicts on a server with a fault. Repeats until each check has the expected verdict, because on a busy machine a
 * kill may come before the first effect or after the last record.
 */
async function verdictsOnceFound(
  t: TestContext,
  fault: string,
  expected: Readonly<Record<string, string>>,
  patienceMs?: number,
): Promise<Readonly<Record<string, string>>> {
  const verdicts = async () => verdictsOf(await check(t, fault, Object.keys(expected), patienceMs));
  let found = await verdicts();
  for (let tries = 1; tries < triesMax && !isDeepStrictEqual(found, expected); tries++)
    found = await verdicts();
  return found;
}

test('a server that writes its record after its effect executes twice when it is killed in between', async (t) => {
  const expected = { 'kill-replay': 'passed', 'kill-in-flight': 'failed' };
  assert.deepEqual(await verdictsOnceFound(t, 'effect-before-record', expected), expected);
});

test('a server whose keys stay in progress after a kill is reported', async (t) => {
  const expected = { 'kill-replay': 'passed', 'kill-frees-keys': 'failed' };
  assert.deepEqual(await verdictsOnceFound(t, 'stuck-after-kill', expected, 500), expected);
});

test('a command that does not start the API ends the run with the output of the command', async () => {
  const port = await freePort();
  const result = await runConformance(
    planFor(`http://127.0.0.1:${port}/charges`, { start: 'echo no such file >&2; exit 3' }),
  );
  assert.ok(result.kind === 'not-run');
  assert.match(result.reason, /the command of --start ended[\s\S]*no such file/);
});
