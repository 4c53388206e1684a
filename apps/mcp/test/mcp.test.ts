import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request as requestOf, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createBillonce } from '@billonce/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { listening } from '../../../packages/client/test/harness/listening.ts';
import { TestServer } from '../../../packages/client/test/harness/server.ts';
import { freePort } from '../../../packages/idempotency/test/harness/free-port.ts';
import { mainOf } from '../../../packages/idempotency/test/harness/main-of.ts';
import { checkClaims, take } from '../../../packages/idempotency/test/harness/taken-blocks.ts';
import { codeBlocksOf } from '../../../tools/code-blocks.ts';

const main = mainOf('apps/mcp/src/main.ts');
const page = 'docs/how-to/give-an-agent-tools.md';
const repository = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * Returns the block of the page that contains a text, with the address of the server, and without npm, which takes
 * seconds to start.
 */
function blockWith(text: string): string {
  const block = codeBlocksOf(page).find((one) => one.text.includes(text));
  return take(page, block?.text ?? '')
    .replace('http://127.0.0.1:3001', server.url)
    .replace('npm run mcp --', `'${process.execPath}' '${main}'`);
}
const service = { serviceId: 'search', priceStroops: 250, description: 'Searches', owner: 'acme' };

const server = await TestServer.start(after);
const billonce = createBillonce({ url: server.url });
await billonce.services.put(service);

/** A language model's client with a server process that the test chooses. */
async function startAgent(t: TestContext, url: string, ...args: string[]) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [main, '--server', url, ...args],
  });
  const client = new Client({ name: 'agent', version: '1' });
  await client.connect(transport);
  t.after(() => client.close());
  return { client, pid: transport.pid ?? 0 };
}

interface Result {
  readonly isError: boolean;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into results of every shape, and fails where it is another
  readonly value: any;
}

async function call(client: Client, name: string, args: Readonly<Record<string, unknown>>): Promise<Result> {
  const result = await client.callTool({ name, arguments: { ...args } });
  const [content] = Array.isArray(result.content) ? result.content : [];
  return { isError: result.isError === true, text: String(content?.text), value: result.structuredContent };
}

async function outstanding(agent: string): Promise<number> {
  return (await billonce.usage.total({ agent, serviceId: 'search' })).total;
}

/** A server between an agent and the real one. It does not pass on the first answer, but calls `onAnswer` instead. */
async function startThief(t: TestContext, onAnswer: (response: ServerResponse) => void): Promise<string> {
  let answers = 0;
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const key = String(request.headers['idempotency-key']);
    const answer = await fetch(server.url + request.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: await text(request),
    });
    const answered = await answer.text();
    answers += 1;
    if (answers === 1) onAnswer(response);
    else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answered);
  };
  const thief = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  return listening(t, thief);
}

test('an agent that loses a reply, restarts and calls again is charged once', async (t) => {
  for (const key of ['report-7/step-1', undefined]) {
    const agent = `forgetful-${key === undefined}`;
    const usage = { agent, serviceId: 'search', requests: 3, ...(key === undefined ? {} : { key }) };
    const lost: { pid?: number } = {};
    const thief = await startThief(t, () => process.kill(lost.pid ?? 0, 'SIGKILL'));
    const first = await startAgent(t, thief);
    lost.pid = first.pid;
    await assert.rejects(call(first.client, 'record_usage', usage));
    assert.equal(await outstanding(agent), 3);

    const { client } = await startAgent(t, server.url);
    const again = await call(client, 'record_usage', usage);
    assert.equal(again.isError, key === undefined);
    if (key === undefined)
      assert.match(again.text, /^Not recorded: .*already recorded by a call without a key/);
    else assert.deepEqual(again.value, { status: 'already_recorded', key, outstandingRequests: 3 });
    assert.equal(await outstanding(agent), 3);
  }
});

test('the command of the how-to, and its configuration of a client, start a server for one agent', async (t) => {
  const configuration = JSON.parse(blockWith('mcpServers')).mcpServers.billonce;
  const { BILLONCE_API_KEY, ...environment } = configuration.env;
  assert.equal(BILLONCE_API_KEY, 'apk_…');
  const args = configuration.args.map((arg: string) => arg.replace('/path/to/billonce', repository));
  assert.ok(args.includes(repository));
  for (const start of [
    { command: 'bash', args: ['-c', blockWith('--server')] },
    { command: configuration.command, args, env: { ...environment, PATH: process.env['PATH'] ?? '' } },
  ]) {
    const client = new Client({ name: 'agent', version: '1' });
    await client.connect(new StdioClientTransport(start));
    t.after(() => client.close());
    const recorded = await call(client, 'record_usage', {
      serviceId: 'search',
      requests: 2,
      key: 'of-the-page',
    });
    assert.equal(recorded.isError, false, recorded.text);
  }
  assert.equal(await outstanding('agent-7'), 2);
});

test('the command of the how-to for HTTP answers a client with the token, and no other one', async (t) => {
  const port = String(await freePort());
  const token = 'tests-7Hq2vXk9RmZ4pLw8TnBd';
  const command = blockWith('--http')
    .replace('3002', port)
    .replace('BILLONCE_MCP_TOKEN=…', `BILLONCE_MCP_TOKEN=${token} exec`);
  const env = { ...process.env, BILLONCE_URL: server.url };
  const child = spawn('bash', ['-c', command], { cwd: repository, env, stdio: ['ignore', 'ignore', 'pipe'] });
  t.after(async () => {
    const ended = once(child, 'close');
    child.kill();
    await ended;
  });
  await once(child.stderr, 'data');
  const url = new URL(`http://127.0.0.1:${port}/mcp`);
  const open = async (headers: Readonly<Record<string, string>>) => {
    const client = new Client({ name: 'agent', version: '1' });
    const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers } });
    // The SDK's class is not assignable to its own interface under `exactOptionalPropertyTypes`.
    await client.connect(transport as Parameters<Client['connect']>[0]);
    t.after(() => client.close());
    return (await client.listTools()).tools.length;
  };
  assert.ok((await open({ Authorization: `Bearer ${token}` })) > 5);
  await assert.rejects(open({}));
});

test('a retry after an answer was lost on the way to the MCP server is not a second call', async (t) => {
  const thief = await startThief(t, (response) => response.destroy());
  const { client } = await startAgent(t, thief);
  const recorded = await call(client, 'record_usage', { agent: 'retried', serviceId: 'search', requests: 2 });
  assert.deepEqual([recorded.isError, recorded.value.status], [false, 'recorded']);
  assert.equal(await outstanding('retried'), 2);
});

test('usage without a key is recorded once, and a repeated call must say that it is a repetition', async (t) => {
  const { client } = await startAgent(t, server.url);
  const usage = { agent: 'keyless', serviceId: 'search', requests: 5 };
  const first = await call(client, 'record_usage', usage);
  assert.match(first.value.key, /^auto-[0-9a-f]{24}$/);
  const ambiguous = await call(client, 'record_usage', usage);
  assert.equal(ambiguous.isError, true);
  assert.ok(ambiguous.text.includes(first.value.key));
  const repeated = await call(client, 'record_usage', { ...usage, key: first.value.key });
  assert.equal(repeated.value.status, 'already_recorded');
  const meant = await call(client, 'record_usage', { ...usage, key: 'second-search' });
  assert.equal(meant.value.status, 'recorded');
  assert.equal(await outstanding('keyless'), 10);
  const together = await Promise.all(
    Array.from({ length: 4 }, () => call(client, 'record_usage', { ...usage, requests: 7 })),
  );
  assert.equal(together.filter(({ isError }) => !isError).length, 1);
  assert.equal(await outstanding('keyless'), 17);
});

test('a key belongs to an agent, and a key with other arguments is refused', async (t) => {
  const { client } = await startAgent(t, server.url);
  const usage = { agent: 'one', serviceId: 'search', requests: 1, key: 'same-key' };
  assert.equal((await call(client, 'record_usage', usage)).value.status, 'recorded');
  assert.equal((await call(client, 'record_usage', { ...usage, agent: 'two' })).value.status, 'recorded');
  const other = await call(client, 'record_usage', { ...usage, requests: 2 });
  assert.match(other.text, /^usage_id_conflict: .*was used for other usage.*Nothing was recorded/);
  assert.equal(
    (await call(client, 'look_up_key', { agent: 'one', key: 'same-key' })).value.status,
    'recorded',
  );
  assert.equal(
    (await call(client, 'look_up_key', { agent: 'one', key: 'no-such-key' })).value.status,
    'missing',
  );
  for (const key of ['short', 'with space in it', 'x'.repeat(129)]) {
    assert.equal((await call(client, 'record_usage', { ...usage, key })).isError, true);
  }
});

test('an account is quoted, settled as quoted, and settled once when the call is repeated', async (t) => {
  const { client } = await startAgent(t, server.url);
  const account = { agent: 'billed', serviceId: 'search' };
  await call(client, 'record_usage', { ...account, requests: 4, key: 'first-piece' });
  const quote = (await call(client, 'get_quote', account)).value;
  await call(client, 'record_usage', { ...account, requests: 1, key: 'second-piece' });
  const { through } = quote;
  const wrong = await call(client, 'settle_account', { ...account, through, billedStroops: '999' });
  assert.match(wrong.text, /^quote_changed: .*Nothing was billed/);
  const bill = { ...account, through, billedStroops: quote.billedStroops };
  const settled = await call(client, 'settle_account', bill);
  assert.deepEqual([settled.value.billedStroops, settled.value.isRepeated], ['1000', false]);
  const repeated = await call(client, 'settle_account', bill);
  assert.deepEqual(repeated.value, { ...settled.value, isRepeated: true });
  const { items } = (await call(client, 'list_settlements', { agent: 'billed' })).value;
  assert.equal(items.length, 1);
  const { services } = (await call(client, 'list_services', {})).value;
  assert.equal(services[0].serviceId, 'search');
});

test('a server for one agent refuses other agents, and a read-only server has no tools that write', async (t) => {
  const { client } = await startAgent(t, server.url, '--agent', 'fixed');
  const recorded = await call(client, 'record_usage', { serviceId: 'search', requests: 1 });
  assert.equal(recorded.value.status, 'recorded');
  const other = await call(client, 'record_usage', { agent: 'other', serviceId: 'search', requests: 1 });
  assert.match(other.text, /"fixed" only/);
  assert.deepEqual([await outstanding('fixed'), await outstanding('other')], [1, 0]);
  const reader = await startAgent(t, server.url, '--read-only');
  const { tools } = await reader.client.listTools();
  assert.ok(tools.length > 3);
  assert.ok(tools.every(({ annotations }) => annotations?.readOnlyHint === true));
});

test('a model cannot read another path with a name such as ".."', async (t) => {
  const { client } = await startAgent(t, server.url);
  const events = await call(client, 'get_quote', { agent: '..', serviceId: 'events' });
  assert.deepEqual([events.isError, events.value], [true, undefined]);
  assert.match(events.text, /^invalid_request: /);
});

test('refused usage is not reported as uncertain', async (t) => {
  const { client } = await startAgent(t, server.url);
  await billonce.balances.setBilling('broke', { mode: 'prepaid' });
  const refused = await call(client, 'record_usage', { agent: 'broke', serviceId: 'search', requests: 1 });
  assert.match(refused.text, /^insufficient_balance: .*Nothing was recorded\. Call again later/);
});

test('a server that is down is reported with the key to repeat', async (t) => {
  const { client } = await startAgent(t, 'http://127.0.0.1:1', '--give-up-after', '1');
  const lost = await call(client, 'record_usage', { agent: 'a', serviceId: 'search', requests: 1 });
  assert.match(lost.text, /^deadline_exceeded: .*Call again with the key "auto-[0-9a-f]{24}"/);
});

async function startOverHttp(t: TestContext, token?: string): Promise<string> {
  const environment = token === undefined ? {} : { BILLONCE_MCP_TOKEN: token };
  const child: ChildProcess = spawn(process.execPath, [main, '--server', server.url, '--http', '0'], {
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [chunk] = child.stderr === null ? [] : await once(child.stderr, 'data');
  return /http:\S+/.exec(String(chunk))?.[0] ?? assert.fail(String(chunk));
}

test('over HTTP the server records usage for clients that have the token', async (t) => {
  const token = 'a-token-of-this-test';
  const url = await startOverHttp(t, token);
  const headers = { authorization: `Bearer ${token}` };
  const client = new Client({ name: 'agent', version: '1' });
  // The SDK's types do not match each other under `exactOptionalPropertyTypes`.
  const transport: unknown = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  await client.connect(transport as Parameters<Client['connect']>[0]);
  t.after(() => client.close());
  const usage = { agent: 'remote', serviceId: 'search', requests: 6, key: 'remote-work' };
  assert.equal((await call(client, 'record_usage', usage)).value.status, 'recorded');
  assert.equal((await call(client, 'record_usage', usage)).value.status, 'already_recorded');
  assert.equal(await outstanding('remote'), 6);
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
  assert.equal((await fetch(url, post)).status, 401);
  assert.equal(
    (await fetch(url, { ...post, headers: { ...post.headers, authorization: 'Bearer x' } })).status,
    401,
  );
  assert.equal((await fetch(url, { headers })).status, 405);
  assert.equal((await fetch(url.replace('/mcp', '/'), post)).status, 404);
});

test('without a token the server answers only under the host names of this machine', async (t) => {
  const url = new URL(await startOverHttp(t));
  const asked = requestOf({
    ...{ host: url.hostname, port: url.port, path: '/mcp', method: 'POST' },
    headers: {
      host: 'evil.example',
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
  }).end('{"jsonrpc":"2.0","id":1,"method":"ping"}');
  const [response] = await once(asked, 'response');
  assert.equal(response.statusCode, 403);
  response.resume();
});

test('the server does not start with invalid options', async () => {
  for (const [args, environment] of [
    [['--sever', 'x'], {}],
    [['--http', '99999'], {}],
    [['--http', '0', '--host', '0.0.0.0'], {}],
    [['--http', '0'], { BILLONCE_MCP_TOKEN: 'short' }],
  ] as const) {
    const child = spawn(process.execPath, [main, ...args], { env: { ...environment }, stdio: 'ignore' });
    const [code] = await once(child, 'exit');
    assert.equal(code, 2, args.join(' '));
  }
});

checkClaims(import.meta.url);
