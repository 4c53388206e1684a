// Bills of a month: quotes up to a moment, and a run over all agents that may be killed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { mainOf } from '../../../packages/idempotency/test/harness/main-of.ts';
import { exitCodes } from '../src/cli/command-line/exit-codes.ts';
import { runSettle } from '../src/cli/settle/command.ts';
import type { Api } from './harness/api.ts';
import { childEnvironment } from './harness/child-environment.ts';
import { startInProcess } from './harness/in-process.ts';

const december = Date.UTC(2026, 11);
const before = '2026-12-01T00:00:00Z';
const agents = Array.from({ length: 40 }, (_, number) => `agent-${number}`);
const services = ['search', 'images'] as const;
const main = mainOf('apps/server/src/cli/main.ts');

const use = (agent: string, serviceId: string, requests: number) => ({ agent, serviceId, requests });

async function record(api: Api, requests: number): Promise<void> {
  const items = agents.flatMap((agent) => services.map((serviceId) => use(agent, serviceId, requests)));
  assert.equal((await api.post('/usage/bulk', { items })).status, 201);
}

async function started(t: TestContext) {
  const server = await startInProcess(t, {}, december - 1_000);
  for (const serviceId of services) await server.api.post('/services', { serviceId, priceStroops: 2 });
  return server;
}

async function run(api: Api, ...args: readonly string[]) {
  let printed = '';
  const print = (text: string) => {
    printed += text;
  };
  const environment = { BILLONCE_URL: api.url };
  const code = await runSettle(args, { print, complain: print, environment });
  return { code, printed };
}

/** A proxy of the server that does not pass on the settlements of one agent. */
async function refusingServer(t: TestContext, url: string, agent: string): Promise<string> {
  const proxy = createServer((request, response) => {
    pass(request, url, agent).then(
      ({ status, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(body),
      () => response.destroy(),
    );
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.after(() => proxy.close());
  const address = proxy.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

/** An address at which no server listens any more. */
async function closedAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

async function pass(request: IncomingMessage, url: string, agent: string) {
  const sent = await text(request);
  if (request.url?.endsWith('/settle') === true && JSON.parse(sent).agent === agent) {
    return {
      status: 422,
      body: JSON.stringify({ error: 'limit_exceeded', message: 'too much', requestId: 'r-1' }),
    };
  }
  const method = request.method ?? 'GET';
  const headers = { 'content-type': 'application/json' };
  const key = String(request.headers['idempotency-key']);
  const answer = await fetch(url + request.url, {
    ...(method === 'GET'
      ? { method }
      : { method, body: sent, headers: { ...headers, 'idempotency-key': key } }),
  });
  return { status: answer.status, body: await answer.text() };
}

async function billsOf(api: Api, runId: string) {
  return (await api.get(`/settlements?runId=${runId}&limit=1000`)).json.items;
}

test('a run bills the month of every account once, and the next run bills the usage after it', async (t) => {
  const { api, clock } = await started(t);
  await record(api, 3);
  clock.nowMs = december;
  await record(api, 5);
  const first = await run(api, '--run', '2026-11', '--before', before);
  assert.deepEqual(first, { code: 0, printed: 'run 2026-11: 80 bills, 0.000048 XLM\n' });
  const bills = await billsOf(api, '2026-11');
  assert.equal(bills.length, 80);
  for (const { requests, through, runId } of bills)
    assert.deepEqual([requests, through, runId], [3, 1, '2026-11']);
  assert.deepEqual(await run(api, '--run', '2026-11', '--before', before), first);
  const next = await run(api, '--run', '2026-12');
  assert.deepEqual(next, { code: 0, printed: 'run 2026-12: 80 bills, 0.00008 XLM\n' });
  assert.equal((await api.get('/settlements?limit=1000')).json.items.length, 160);
  const [head = '', row = ''] = (await api.get('/settlements.csv?runId=2026-12')).text.split('\r\n');
  assert.equal(row.split(',')[head.split(',').indexOf('runId')], '2026-12');
  assert.equal((await api.get('/audit')).json.ok, true);
});

test('a quote up to a moment includes usage recorded before it, and omits usage reversed later', async (t) => {
  const { api, clock } = await started(t);
  const record = async (requests: number) => {
    const answer = await api.post('/usage', use('a', 'search', requests));
    assert.equal(answer.status, 201);
    return String(answer.headers.get('location')).split('/').at(-1);
  };
  const quoted = async (at = before) => {
    const { requests, through } = (await api.get(`/billing/a/search?recordedBefore=${at}`)).json;
    return [requests, through];
  };
  assert.deepEqual(await quoted(), [0, 0]);
  for (const requests of [1, 2, 4]) await record(requests);
  const late = await record(8);
  clock.nowMs = december;
  await record(16);
  assert.deepEqual(await quoted(), [15, 4]);
  assert.deepEqual(await quoted('2026-11-01T00:00:00Z'), [0, 0]);
  assert.deepEqual(await quoted('2027-01-01T00:00:00Z'), [31, 5]);
  // A bill up to entry 4 would include usage that is no longer owed.
  await api.post(`/entries/${late}/reverse`, { reason: 'recorded by mistake' });
  assert.deepEqual(await quoted(), [7, 3]);
  const settled = await api.post('/settle', {
    agent: 'a',
    serviceId: 'search',
    through: 3,
    expectedStroops: '14',
  });
  assert.equal(settled.status, 200, settled.text);
  assert.deepEqual(await quoted(), [0, 3]);
  assert.equal((await api.get('/billing/a/search')).json.requests, 16);
});

test('a quote up to a moment ends before each entry that a later reversal took back', async (t) => {
  const { api, clock } = await started(t);
  const ids: string[] = [];
  const record = async (requests = 1) => {
    const answer = await api.post('/usage', use('a', 'search', requests));
    ids.push(String(answer.headers.get('location')).split('/').at(-1) ?? '');
  };
  const reverse = async (at: number) => {
    assert.equal((await api.post(`/entries/${ids[at]}/reverse`, { reason: 'refund' })).status, 201);
  };
  await record();
  await api.post('/settle', { agent: 'a', serviceId: 'search' });
  // The entries are 2, 3, R(2), 5, R(3), 7. R(5) is recorded later and reverses 5, so the bill ends before 5, therefore
  // before R(3), and therefore before 3.
  await record();
  await record();
  await reverse(1);
  await record();
  await reverse(2);
  await record(3);
  clock.nowMs = december;
  await reverse(3);
  const quote = async () => {
    const { through, requests } = (await api.get(`/billing/a/search?recordedBefore=${before}`)).json;
    return [through, requests];
  };
  assert.deepEqual(await quote(), [1, 0]);
  // If billed usage is reversed after the moment, the credit and later entries are left to the next run.
  await reverse(0);
  assert.deepEqual(await quote(), [1, 0]);
  const why = 'because usage up to them was reversed after --before';
  assert.deepEqual(await run(api, '--run', 'r', '--before', before), {
    code: 3,
    printed: `run r: 0 bills, 0 XLM\nnot settled: a search: 3 requests are left for the next run, ${why}\n`,
  });
  const next = await run(api, '--run', 'next');
  assert.deepEqual(next, { code: 0, printed: 'run next: 1 bill, 0.0000004 XLM\n' });
  assert.equal((await api.get('/audit')).json.ok, true);
});

test('a run reports each account that it did not bill completely, with the requests left, and no other account', async (t) => {
  const { api, clock } = await started(t);
  const record = async (agent: string, requests: number) => {
    const answer = await api.post('/usage', use(agent, 'search', requests));
    return String(answer.headers.get('location')).split('/').at(-1) ?? '';
  };
  const reverse = async (id: string, requests: number) =>
    assert.equal((await api.post(`/entries/${id}/reverse`, { reason: 'late', requests })).status, 201);
  const leftOut = async (agent: string) =>
    (await api.get(`/billing/${agent}/search?recordedBefore=${before}`)).json.leftOutRequests;
  const ids = new Map<string, string>();
  for (const agent of ['part', 'last', 'cleared', 'untouched']) {
    await record(agent, 1);
    ids.set(agent, await record(agent, 4));
    if (agent !== 'last') await record(agent, 2);
  }
  clock.nowMs = december;
  await reverse(ids.get('part') ?? '', 3);
  // Everything is reversed, and nothing follows.
  await reverse(ids.get('last') ?? '', 4);
  await reverse(ids.get('cleared') ?? '', 1);
  await api.call('/usage/cleared/search', { method: 'DELETE' });
  await record('cleared', 9);
  assert.deepEqual(
    [await leftOut('part'), await leftOut('last'), await leftOut('cleared'), await leftOut('untouched')],
    [3, 0, 0, 0],
  );
  assert.equal((await api.get('/billing/part/search')).json.leftOutRequests, undefined);
  const why = 'because usage up to them was reversed after --before';
  assert.deepEqual(await run(api, '--run', 'r', '--before', before), {
    code: 3,
    printed: `run r: 3 bills, 0.0000018 XLM\nnot settled: part search: 3 requests are left for the next run, ${why}\n`,
  });
  assert.deepEqual(await run(api, '--run', 'next'), {
    code: 0,
    printed: 'run next: 2 bills, 0.0000024 XLM\n',
  });
  assert.equal((await api.get('/audit')).json.ok, true);
});

test('an account that cannot be billed does not prevent the bills of other accounts', async (t) => {
  const { api } = await started(t);
  await record(api, 3);
  const refusing = await refusingServer(t, api.url, 'agent-1');
  const left = await run({ ...api, url: refusing }, '--run', 'r');
  assert.equal(left.code, 3);
  assert.match(left.printed, /^run r: 78 bills, 0.0000468 XLM\n/);
  assert.match(left.printed, /not settled: agent-1 images: 422 limit_exceeded - too much\n/);
  assert.deepEqual(await run(api, '--run', 'r'), { code: 0, printed: 'run r: 80 bills, 0.000048 XLM\n' });
});

test('a run that is killed and started again bills everything once', async (t) => {
  const { api } = await started(t);
  await record(api, 3);
  const env = { ...childEnvironment, BILLONCE_URL: api.url };
  const child = spawn(process.execPath, [main, 'settle', '--run', 'killed'], { env, stdio: 'ignore' });
  while ((await billsOf(api, 'killed')).length < 5);
  child.kill('SIGKILL');
  await once(child, 'close');
  const made = (await billsOf(api, 'killed')).length;
  assert.ok(made < 80, `${made} bills before it was killed`);
  assert.deepEqual(await run(api, '--run', 'killed'), {
    code: 0,
    printed: 'run killed: 80 bills, 0.000048 XLM\n',
  });
  const accounts = new Set(
    (await billsOf(api, 'killed')).map(
      (bill: Record<string, unknown>) => `${bill['agent']} ${bill['serviceId']}`,
    ),
  );
  assert.equal(accounts.size, 80);
  assert.equal((await api.get('/audit')).json.ok, true);
});

test('two runs at once bill no account twice', async (t) => {
  const { api } = await started(t);
  await record(api, 3);
  const ended = await Promise.all([
    run(api, '--run', 'one'),
    run(api, '--run', 'one'),
    run(api, '--run', 'other'),
  ]);
  assert.ok(ended.every(({ code }) => code === 0));
  const bills = [...(await billsOf(api, 'one')), ...(await billsOf(api, 'other'))];
  assert.equal(bills.length, 80);
});

test('a run reports the accounts that it does not bill, and invalid options', async (t) => {
  const { api } = await started(t);
  await api.post('/usage', use('a', 'unpriced', 3));
  await api.post('/settle/bulk', { agent: 'a', runId: 'by-hand' });
  const left = await run(api, '--run', 'r');
  assert.deepEqual(left, {
    code: 3,
    printed: 'run r: 0 bills, 0 XLM\nnot settled: a unpriced: its service has no price\n',
  });
  const wrong = await run(api, '--before', 'yesterday');
  assert.equal(wrong.code, 2);
  assert.match(wrong.printed, /--run must name the run/);
  assert.match(wrong.printed, /--before must be an RFC 3339 timestamp/);
  const unreached = await run(
    { ...api, url: 'http://127.0.0.1:1' },
    '--run',
    'r',
    '--server',
    `${api.url}/nowhere`,
  );
  assert.equal(unreached.code, 1, unreached.printed);
  const gone = await run({ ...api, url: await closedAddress() }, '--run', 'r');
  assert.equal(gone.code, exitCodes.unreached, gone.printed);
  assert.match(gone.printed, /^billonce settle: attempts_exhausted: no server listens at http/);
});

test('a run reports nothing left for a deleted service, or after unpriced usage was reversed', async (t) => {
  const { api } = await started(t);
  await api.post('/usage', use('a', 'search', 3));
  await api.post('/usage', use('a', 'unpriced', 3));
  assert.deepEqual(await run(api, '--run', 'r', '--before', '2020-01-01T00:00:00Z'), {
    code: 3,
    printed: 'run r: 0 bills, 0 XLM\nnot settled: a unpriced: its service has no price\n',
  });
  await api.call('/usage/a/unpriced', { method: 'DELETE' });
  await api.post('/settle', { agent: 'a', serviceId: 'search' });
  assert.equal((await api.call('/services/search', { method: 'DELETE' })).status, 204);
  assert.deepEqual(await run(api, '--run', 'r'), { code: 0, printed: 'run r: 0 bills, 0 XLM\n' });
});

test('settle and settle/bulk tie their bills to a run', async (t) => {
  const { api } = await started(t);
  await record(api, 3);
  await api.post('/settle', { agent: 'agent-1', serviceId: 'search', runId: 'mine' });
  const bulk = await api.post('/settle/bulk', { agent: 'agent-1', runId: 'mine' }, 'k');
  assert.equal((await api.post('/settle/bulk', { agent: 'agent-1', runId: 'mine' }, 'k')).text, bulk.text);
  assert.equal((await api.post('/settle/bulk', { agent: 'agent-1', runId: 'other' }, 'k')).status, 409);
  const [first, second] = await billsOf(api, 'mine');
  assert.deepEqual([first.serviceId, second.serviceId], ['search', 'images']);
  assert.deepEqual((await api.get(`/settlements/${first.id}`)).json, first);
  assert.equal((await api.post('/settle', { agent: 'a', serviceId: 'search', runId: 'a b' })).status, 400);
  assert.deepEqual(await billsOf(api, 'nothing'), []);
});
