// Tests the LLM proxy of the examples with real processes that are killed, and callers that disconnect.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { createProvider, type ProviderOptions } from '../../../examples/llm-proxy/provider.ts';
import { freePort } from '../../../packages/idempotency/test/harness/free-port.ts';
import { checkClaims, take } from '../../../packages/idempotency/test/harness/taken-blocks.ts';
import { codeBlocksOf } from '../../../tools/code-blocks.ts';
import { replaced } from './deploy/page.ts';
import { type Api, apiAt } from './harness/api.ts';
import { childEnvironment } from './harness/child-environment.ts';
import { emptyDatabase } from './harness/database.ts';
import { LlmProxy, listenFor } from './harness/llm-proxy.ts';
import { repository } from './harness/npm-start.ts';
import { onEnd } from './harness/on-end.ts';
import { startProcess } from './harness/process.ts';
import { withstood } from './harness/proofs.ts';
import { rounds } from './harness/rounds.ts';
import { seededRandom } from './harness/seeded-random.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';
import { assertSaid, blocksOf, type } from './harness/typed.ts';

const agent = 'caller-1';
/** Two tokens for the prompt "hello there", and eight for the answer. */
const tokensOfCall = 10;
/** One token for each byte of the prompt, 16 for the message around it, and eight for the answer. */
const worstCase = 11 + 16 + 8;
const afterMs = 20;

async function until(isTrue: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isTrue())) await passing(afterMs);
}

/** A token costs one XLM. */
async function startBilling(t: TestContext, amount: number, environment: Record<string, string> = {}) {
  const server = await startProcess(t, { DATABASE_URL: await emptyDatabase(t), ...environment });
  const api = apiAt(server.url);
  await api.post('/services', { serviceId: 'llm-tokens', priceStroops: 10_000_000 }, 'service');
  await api.call(`/agents/${agent}/billing`, { method: 'PUT', body: { mode: 'prepaid' }, key: 'mode' });
  await api.post(`/agents/${agent}/grants`, { amount: String(amount), id: 'payment' }, 'grant');
  return { server, api };
}

async function startProxy(
  t: TestContext,
  url: string,
  options: Partial<ProviderOptions> & Record<string, unknown> = {},
) {
  const { answerTokens = 8, beforeToken = () => Promise.resolve() } = options;
  const provider = createProvider({ answerTokens, beforeToken });
  const proxy = new LlmProxy(t, {
    BILLONCE_URL: url,
    PROVIDER_URL: await listenFor(t, provider),
    HOLD_MS: String(options['holdMs'] ?? 60_000),
  });
  await proxy.start();
  return proxy;
}

const balanceOf = async (api: Api) => (await api.get(`/agents/${agent}/balance`)).json;

/** Asserts that nothing is reserved any more, that this many tokens were charged, and that all sums are right. */
async function assertCharged(api: Api, funded: number, tokens: number): Promise<void> {
  const { available, held, drawn } = await balanceOf(api);
  assert.deepEqual([available, held, drawn], [String(funded - tokens), '0', String(tokens)]);
  const audit = (await api.get('/audit')).json;
  assert.deepEqual([audit.ok, audit.differences, audit.balances.differences], [true, [], []]);
}

const readme = 'examples/llm-proxy/README.md';

/** Starts the provider and the proxy with the commands of the README, on free ports. */
async function startAsTyped(t: TestContext, url: string): Promise<string> {
  const [{ text = '' } = {}] = codeBlocksOf(readme).filter(({ language }) => language === 'bash');
  const ports = {
    '8788': String(await freePort()),
    '8787': String(await freePort()),
    'http://127.0.0.1:3001': url,
  };
  const commands = replaced(take(readme, text), ports).split(/(?<!\\)\n(?=.)/);
  assert.equal(commands.length, 2);
  const JOURNAL = join(temporaryFolder(t), 'usage.journal');
  for (const command of commands) {
    const child = spawn('bash', ['-c', command], {
      ...{ cwd: repository, env: { ...childEnvironment, JOURNAL }, detached: true },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onEnd(t, async () => {
      const ended = once(child, 'close');
      process.kill(-(child.pid ?? 0), 'SIGTERM');
      await ended;
    });
    for await (const line of createInterface({ input: child.stdout }))
      if (line.startsWith('listening on ')) break;
  }
  return `http://127.0.0.1:${ports['8787']}`;
}

test('every command of the README of the LLM proxy prints what it says', async (t) => {
  const { url } = await startProcess(t, { DATABASE_URL: await emptyDatabase(t) });
  const proxy = await startAsTyped(t, url);
  let claims = 0;
  for (const { commands, prose } of blocksOf(readme)) {
    const typed = await type(t, commands.replaceAll('http://127.0.0.1:8787', proxy), url);
    assert.equal(typed.code, 0, `${commands}\n${typed.printed}`);
    claims += assertSaid(prose.split('## What')[0] ?? '', typed);
  }
  assert.ok(claims >= 5, `${claims} claims`);
});

test('fifty workers at once on a small balance overdraw nothing, and each call is charged once', async (t) => {
  const funded = 4 * worstCase + 3 * tokensOfCall;
  const { api, server } = await startBilling(t, funded);
  const proxy = await startProxy(t, server.url);
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, worker) => proxy.call({ agent, key: `call-${worker}` })),
  );
  const statuses = answers.map((answer) => (answer === 'cut' ? 0 : answer.status));
  const answered = statuses.filter((status) => status === 200).length;
  assert.ok(
    statuses.every((status) => status === 200 || status === 402),
    String(statuses),
  );
  // A call is answered while the balance covers the worst case. Each call uses less than that.
  assert.ok(answered >= 4 && answered * tokensOfCall <= funded, `${answered} answered`);
  for (const [worker, status] of statuses.entries()) {
    if (status !== 200) continue;
    const again = await proxy.call({ agent, key: `call-${worker}` });
    assert.ok(again !== 'cut' && again.status === 409, 'a call that was answered is not charged again');
  }
  await assertCharged(api, funded, answered * tokensOfCall);
});

test('a call is charged once for its key: a simultaneous repetition is refused, and a different call is charged separately', async (t) => {
  const { api, server } = await startBilling(t, 1_000);
  const gate = Promise.withResolvers<void>();
  const proxy = await startProxy(t, server.url, { beforeToken: () => gate.promise });
  const first = proxy.call({ agent, key: 'k' });
  await until(async () => (await balanceOf(api)).held !== '0');
  const second = await proxy.call({ agent, key: 'k' });
  assert.deepEqual(second, { status: 409, text: '{"error":"call_in_progress"}\n' });
  gate.resolve();
  const answered = await first;
  assert.ok(answered !== 'cut' && answered.text.endsWith('data: [DONE]\n\n'));
  await proxy.call({ agent, key: 'k', prompt: 'hello again' });
  await assertCharged(api, 1_000, 2 * tokensOfCall);
});

test('a caller that hangs up pays for the streamed tokens, and nothing stays reserved', async (t) => {
  const { api, server } = await startBilling(t, 1_000);
  const gate = Promise.withResolvers<void>();
  const proxy = await startProxy(t, server.url, {
    beforeToken: (number) => (number <= 3 ? Promise.resolve() : gate.promise),
  });
  t.after(() => gate.resolve());
  const leave = new AbortController();
  const response = await proxy.send({ agent, key: 'left', signal: leave.signal });
  let seen = '';
  const reading = (async () => {
    for await (const chunk of response.body ?? []) {
      seen += Buffer.from(chunk).toString();
      if (seen.includes('word-3')) leave.abort();
    }
  })();
  await assert.rejects(reading, { name: 'AbortError' });
  await until(async () => (await balanceOf(api)).held === '0');
  await assertCharged(api, 1_000, 2 + 3);
});

test('a proxy that is killed in the middle of a stream leaves no hold, and a retry is charged once', async (t) => {
  const { api, server } = await startBilling(t, 1_000);
  const stuck = Promise.withResolvers<void>();
  let isStuck = true;
  const proxy = await startProxy(t, server.url, {
    holdMs: 1_500,
    beforeToken: (number) => (isStuck && number === 4 ? stuck.promise : Promise.resolve()),
  });
  const streams = await Promise.all(
    ['retried', 'forgotten'].map(async (key) => {
      const response = await proxy.send({ agent, key });
      const reader = response.body?.getReader();
      await reader?.read();
      return reader;
    }),
  );
  await proxy.stop('SIGKILL');
  const rest = async (reader: (typeof streams)[number]) => {
    while ((await reader?.read())?.done === false);
  };
  for (const reader of streams) await assert.rejects(rest(reader));
  isStuck = false;
  stuck.resolve();
  await proxy.start();
  const retried = await proxy.call({ agent, key: 'retried' });
  assert.ok(retried !== 'cut' && retried.status === 200, JSON.stringify(retried));
  // The amount reserved for the other call lapses.
  await until(async () => (await balanceOf(api)).held === '0');
  await assertCharged(api, 1_000, tokensOfCall);
});

test('a proxy that is killed in the middle of captures charges each call once, whether they arrived or not', async (t) => {
  const { api, server } = await startBilling(t, 10_000);
  const random = seededRandom(t);
  // A proxy in front of the server: a capture arrives and is not answered, or does not arrive.
  let fate: 'pass' | 'arrives' | 'is lost' = 'pass';
  let captured = Promise.withResolvers<void>();
  const between = createServer((incoming, outgoing) => {
    const isCapture = incoming.url?.endsWith('/capture') === true;
    if (isCapture && fate === 'is lost') return captured.resolve();
    const forwarded = httpRequest(server.url + incoming.url, {
      method: incoming.method,
      headers: incoming.headers,
    });
    incoming.pipe(forwarded);
    forwarded.on('error', () => outgoing.destroy());
    forwarded.on('response', (answer) => {
      if (isCapture && fate === 'arrives') return captured.resolve();
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
  });
  const proxy = await startProxy(t, await listenFor(t, between));
  const kills = rounds({ test: 4, prove: 40 });
  for (let kill = 0; kill < kills; kill += 1) {
    fate =
      kill < 2 ? ((['arrives', 'is lost'] as const)[kill] ?? 'arrives') : random.pick(['arrives', 'is lost']);
    captured = Promise.withResolvers<void>();
    const cut = proxy.call({ agent, key: `call-${kill}` });
    await captured.promise;
    await proxy.stop('SIGKILL');
    assert.equal(await cut, 'cut');
    const wasLost = fate === 'is lost';
    fate = 'pass';
    await proxy.start();
    const retried = await proxy.call({ agent, key: `call-${kill}` });
    assert.ok(retried !== 'cut' && retried.status === (wasLost ? 200 : 409), JSON.stringify(retried));
  }
  await assertCharged(api, 10_000, kills * tokensOfCall);
  withstood('llm_proxy_killed', `${kills} kills`);
});

test('a call whose capture finds no server is billed from the journal after a restart, once', async (t) => {
  const environment = { DATABASE_URL: await emptyDatabase(t), PORT: '0' };
  const { api, server } = await startBilling(t, 1_000, environment);
  let isDown = false;
  const between = createServer((incoming, outgoing) => {
    if (isDown) return void outgoing.destroy();
    const forwarded = httpRequest(server.url + incoming.url, {
      method: incoming.method,
      headers: incoming.headers,
    });
    incoming.pipe(forwarded);
    forwarded.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
  });
  const proxy = await startProxy(t, await listenFor(t, between), {
    holdMs: 1_000,
    beforeToken: async (number) => {
      if (number === 8) isDown = true;
    },
  });
  const answered = await proxy.call({ agent, key: 'dark' });
  assert.ok(answered !== 'cut' && answered.text.endsWith('data: [DONE]\n\n'), JSON.stringify(answered));
  await proxy.stop('SIGKILL');
  isDown = false;
  await proxy.start();
  await until(async () => (await balanceOf(api)).drawn === String(tokensOfCall));
  await until(async () => (await balanceOf(api)).held === '0');
  await assertCharged(api, 1_000, tokensOfCall);
});

test('a provider that fails before its first token, and an invalid call, cost nothing', async (t) => {
  const { api, server } = await startBilling(t, 1_000);
  const failing = createServer((_request, response) => void response.writeHead(500).end());
  const proxy = new LlmProxy(t, { BILLONCE_URL: server.url, PROVIDER_URL: await listenFor(t, failing) });
  await proxy.start();
  const failed = await proxy.call({ agent, key: 'failed' });
  assert.deepEqual(failed, { status: 502, text: '{"error":"provider_failed"}\n' });
  for (const [body, status] of [
    ['{', 400],
    ['{"model":"m","messages":[],"max_tokens":4}', 400],
    ['{"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":1000000}', 400],
    [' '.repeat(1_000_001), 413],
  ] as const) {
    const refused = await fetch(`${proxy.url}/v1/chat/completions`, {
      ...{ method: 'POST', headers: { 'x-agent': agent }, body },
    });
    assert.equal(refused.status, status);
    const text = await refused.text();
    if (status === 400) assert.match(text, /"message":"a call has .* max_tokens from 1 to 4096"/);
  }
  await assertCharged(api, 1_000, 0);
});

checkClaims(import.meta.url);
