import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { startProcess } from './harness/process.ts';
import { figure, withstood } from './harness/proofs.ts';
import { account, assertAudit, price, record } from './harness/reversing.ts';
import { rounds } from './harness/rounds.ts';
import { seededRandom } from './harness/seeded-random.ts';
import { essence, inParallel } from './harness/workload.ts';

const lives = rounds({ test: 2, prove: 60 });

test('if a server is killed among reversals, each exists once, and the books add up', async (t) => {
  const random = seededRandom(t);
  const environment = { DATABASE_URL: await emptyDatabase(t) };
  const writes: {
    readonly path: string;
    readonly key: string;
    readonly method: string;
    readonly body?: object;
  }[] = [];
  const heard = new Map<string, object>();
  let requests = 0;
  for (let life = 0; life < lives; life++) {
    const server = await startProcess(t, environment);
    const api = apiAt(server.url);
    await price(api, 7);
    const ids: string[] = [];
    for (let number = 0; number < 40; number++) ids.push(await record(api, 1 + number));
    requests += 820;
    const own = ids.map((id, number) => {
      const key = `${life}-${number}`;
      if (number % 10 === 9) return { path: '/usage/agent-7/search', key, method: 'DELETE' };
      if (number % 10 === 4) return { path: '/settle', key, method: 'POST', body: account };
      return { path: `/entries/${id}/reverse`, key, method: 'POST', body: { reason: 'r' } };
    });
    writes.push(...own);
    const left = [...own];
    const load = inParallel(
      8,
      () => left.shift(),
      async ({ path, ...request }) => {
        try {
          const answer = await api.call(path, request);
          if (answer.status < 300) heard.set(request.key, essence(answer));
        } catch {
          left.length = 0;
        }
      },
    );
    await passing(random.below(40));
    await server.stop('SIGKILL');
    await load;
  }
  const server = await startProcess(t, environment);
  const api = apiAt(server.url);
  for (const { path, ...request } of writes) {
    const answer = await api.call(path, request);
    const before = heard.get(request.key);
    if (before !== undefined) assert.deepEqual(essence(answer), before, request.key);
    const isFine = answer.status < 300 || answer.json.error === 'already_reversed';
    assert.ok(isFine, answer.text);
  }
  await assertAudit(api, { recorded: { requests, stroops: String(requests * 7) } });
  withstood('killed_while_reversing', `${lives} kills, ${figure(writes.length)} writes`);
});
