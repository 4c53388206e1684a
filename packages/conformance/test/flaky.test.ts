import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { test } from 'node:test';
import { checks } from '../src/checks/checks.ts';
import { runConformance } from '../src/run.ts';
import { emptyBooks, startCharging } from './harness/charging-server.ts';
import { planFor } from './harness/plans.ts';

/** Pseudorandom numbers from 0 to 1 that are the same in every run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648;
  }
}

/** Breaks some requests with a reset, a 503 or a 500. The first two requests of a run always succeed. */
function flakiness(seed: number) {
  const draw = numbers(seed);
  let requests = 0;
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    requests += 1;
    const share = draw.next().value;
    if (requests <= 2 || share > 0.3) return false;
    if (share < 0.1) request.socket.resetAndDestroy();
    else response.writeHead(share < 0.2 ? 503 : 500).end('{"error":"flaky"}');
    return true;
  };
}

test('the report never says that a flaky server executed a request once if it did not', async (t) => {
  const perKey = new Set(checks.filter(({ claim }) => claim === 'effects').map(({ id }) => id));
  let passes = 0;
  for (let seed = 1; seed <= 6; seed++) {
    const books = emptyBooks();
    const intercept = flakiness(seed);
    const server = await startCharging({ books, fault: seed % 2 === 0 ? 'races' : undefined, intercept });
    t.after(() => server.close());
    const plan = planFor(server.url, {
      count: { kind: 'url', url: new URL(server.countUrl) },
      payment: [['X-Pay', '1']],
      skip: ['expiry'],
      seed: String(seed),
    });
    const result = await runConformance(plan);
    if (result.kind === 'not-run') continue;
    for (const { id, verdict, keys, reason } of result.report.checks) {
      if (verdict !== 'passed' || !perKey.has(id)) continue;
      passes += 1;
      for (const key of keys) {
        const executions = books.executions.filter((executed) => executed === key).length;
        assert.ok(executions <= 1, `${id} passed (${reason}), and ${key} was executed ${executions} times`);
      }
    }
    const { checks: reports } = result.report;
    assert.ok(reports.some(({ verdict }) => verdict === 'inconclusive'));
  }
  assert.ok(passes > 0, 'no check passed, so nothing was tested');
});

test('without a count, no check of effects passes', async (t) => {
  const server = await startCharging();
  t.after(() => server.close());
  const result = await runConformance(planFor(server.url, { payment: [['X-Pay', '1']] }));
  assert.ok(result.kind === 'reported');
  const effects = new Set(checks.filter(({ claim }) => claim === 'effects').map(({ id }) => id));
  for (const { id, verdict } of result.report.checks) {
    if (effects.has(id)) assert.ok(['inconclusive', 'not-applicable'].includes(verdict), `${id} ${verdict}`);
    else assert.notEqual(verdict, 'failed', id);
  }
});

test('a count that does not follow the executions ends the run', async (t) => {
  const server = await startCharging();
  t.after(() => server.close());
  let other = 0;
  const restless = await startCharging({
    intercept: (request, response) => {
      other += 1;
      response.end(String(request.url === '/same' ? 7 : other));
      return true;
    },
  });
  t.after(() => restless.close());
  for (const [path, reason] of [
    ['/same', /did not change/],
    ['/restless', /does not come to rest/],
  ] as const) {
    const count = { kind: 'url', url: new URL(path, restless.url) } as const;
    const result = await runConformance(planFor(server.url, { count, payment: [['X-Pay', '1']] }));
    assert.ok(result.kind === 'not-run');
    assert.match(result.reason, reason);
  }
});
