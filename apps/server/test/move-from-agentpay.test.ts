import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { freePort } from '../../../packages/idempotency/test/harness/free-port.ts';
import { checkClaims, take } from '../../../packages/idempotency/test/harness/taken-blocks.ts';
import { codeBlocksOf } from '../../../tools/code-blocks.ts';
import { AgentPay } from '../src/cli/move/agentpay.ts';
import { runMove } from '../src/cli/move/command.ts';
import { JsonClient } from '../src/cli/move/json-client.ts';
import { replaced } from './deploy/page.ts';
import {
  acme,
  agents,
  assertCarried,
  clientKey,
  entriesOf,
  house,
  main,
  prepare,
  totalOf,
  wholeState,
} from './harness/agentpay-move.ts';
import { startStandIn } from './harness/agentpay-stand-in.ts';
import { childEnvironment } from './harness/child-environment.ts';
import { runCommand, runHere } from './harness/command.ts';
import { emptyDatabase } from './harness/database.ts';
import { until } from './harness/ingester.ts';
import { onEnd } from './harness/on-end.ts';
import { startProcess } from './harness/process.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';
import { type } from './harness/typed.ts';

const page = 'docs/how-to/move-from-agentpay.md';

test('everything is carried over once, even if the command is killed and run again', {
  timeout: 300_000,
}, async (t) => {
  const { api, environment, args, run } = await prepare(t, await startStandIn(t, wholeState()));
  const killed = spawn(process.execPath, [main, ...args, '--batch', '1'], {
    env: { ...childEnvironment, ...environment },
    stdio: 'ignore',
  });
  onEnd(t, () => killed.kill('SIGKILL'));
  await until(async () => (await totalOf(api, 'agent-5', 'search', house)) > 0);
  killed.kill('SIGKILL');
  await once(killed, 'close');
  const before = await entriesOf(api, house);
  assert.ok(before < agents.length, `it was killed at ${before}`);
  const again = await run();
  assert.equal(again.code, 0, again.printed);
  assert.match(
    again.printed,
    new RegExp(`usage items +${agents.length + 6 - before} carried, ${before} there`),
  );
  assert.match(again.printed, /secret whsec_/);
  await assertCarried(api);
  const third = await run('--json');
  assert.equal(third.code, 0, third.printed);
  const { counts, compared, notCarriedCount } = JSON.parse(third.printed);
  assert.deepEqual(
    Object.values<{ carried: number }>(counts).map(({ carried }) => carried),
    [0, 0, 0, 0, 0],
  );
  assert.deepEqual([compared, notCarriedCount], [{ equal: agents.length + 3 + 4, different: 0 }, 0]);
  await assertCarried(api);
});

test('the commands of the how-to rehearse the move, and then do it', async (t) => {
  const { api, environment, keys, from } = await prepare(t, await startStandIn(t, wholeState()));
  const [{ text = '' } = {}] = codeBlocksOf(page);
  const commands = replaced(take(page, text), {
    'http://127.0.0.1:3001': environment['BILLONCE_URL'] ?? '',
    'BILLONCE_API_KEY=…': `BILLONCE_API_KEY=${environment['BILLONCE_API_KEY']}`,
    'http://127.0.0.1:4001': from,
    'keys.txt': keys,
    'npm run billonce --': `'${process.execPath}' '${main}'`,
  });
  const { code, printed } = await type(t, `set -e\n${commands}`, environment['BILLONCE_URL'] ?? '');
  assert.equal(code, 0, printed);
  const count = agents.length + 6;
  const tried = new RegExp(
    `usage items +${count} to be carried, 0 there [\\s\\S]*usage items +${count} carried, 0 there`,
  );
  assert.match(printed, tried);
  await assertCarried(api);
});

test('while AgentPay refuses requests above its rate limit, the progress line shows until when the move waits', async (t) => {
  const state = { ...wholeState(), limitedRequests: 1 };
  const { args, environment } = await prepare(t, await startStandIn(t, state));
  const [shown, waits]: [string[], string[]] = [[], []];
  const code = await runMove(args.slice(1), {
    print: () => undefined,
    complain: (text) => shown.push(text),
    environment,
    progress: (text, isWait = false) => (isWait ? waits : shown).push(text),
  });
  assert.equal(code, 0, shown.join(''));
  assert.equal(waits.length, 1);
  assert.match(
    waits[0] ?? '',
    /^waits until \d\d:\d\d:\d\d UTC \(\d+ s\): http:\/\/[^ ]+ answers GET \/\S+ with 429 rate_limited - too many requests$/,
  );
});

test('data that cannot be carried over is reported, and everything else is carried over', async (t) => {
  const state = wholeState();
  state.keyless.services.push({ serviceId: 'dear', priceStroops: 9_007_199_255, disabled: true });
  state.keyless.services.push({ serviceId: 'two words', priceStroops: 1, disabled: false });
  state.keyless.items.push({ agent: 'agent-1', serviceId: 'dear', total: 5 });
  state.keyless.items.push({ agent: '..', serviceId: 'search', total: 6 });
  state.webhooks.push({ id: 'wh_2', url: 'http://hooks.example.com/b', events: ['*'], createdAt: 2 });
  state.apiKeys.push({ prefix: 'apk_ffff', label: 'lost', createdAt: 2 });
  const { api, run } = await prepare(t, await startStandIn(t, state));
  const { code, printed } = await run();
  assert.equal(code, 3, printed);
  for (const what of [
    /^not carried: service dear of .*priceStroops/m,
    /^not carried: service two words of/m,
    /^not carried: usage of agent-1 at dear .*, 5 requests: its service is not carried over$/m,
    /^not carried: usage of \.\. at search .*agent/m,
    /^not carried: webhook to http:\/\/hooks\.example\.com\/b: 400/m,
    /^not carried: API key apk_ffff… \("lost"\), its services and its usage: the key is not supplied/m,
  ]) {
    assert.match(printed, what);
  }
  assert.equal(printed.match(/^not carried/gm)?.length, 6, printed);
  await assertCarried(api);
});

test('a move shows its progress separately from its printed result', async (t) => {
  const { environment, args, run } = await prepare(t, await startStandIn(t, wholeState()));
  const shown: string[] = [];
  let printed = '';
  const print = (text: string) => {
    printed += text;
  };
  const code = await runMove(args.slice(1), {
    ...{ print, complain: print, environment },
    progress: (text) => shown.push(text),
  });
  assert.equal(code, 0, printed);
  assert.deepEqual(shown.slice(0, 2), ['services: 1', 'services: 2']);
  assert.ok(shown.includes(`usage items: ${agents.length + 6}`), shown.join());
  assert.equal(shown.at(-1), `services and totals compared: ${agents.length + 7}`);
  assert.doesNotMatch(printed, /services: 1/);
  assert.equal((await run()).code, 0);
});

test('a dry run writes nothing', async (t) => {
  const { api, run } = await prepare(t, await startStandIn(t, { ...wholeState(), paused: false }));
  const { code, printed } = await run('--dry-run');
  assert.equal(code, 0, printed);
  assert.match(printed, /AgentPay is not paused/);
  assert.match(printed, /services +3 to be carried/);
  for (const path of ['/services', '/entries', '/webhooks', '/api-keys']) {
    const { items, services } = (await api.get(path, house)).json;
    assert.deepEqual(items ?? services, [], path);
  }
});

test('a dry run after a move reports the services, disabled flags, webhooks and keys that are there', async (t) => {
  const { run } = await prepare(t, await startStandIn(t, wholeState()));
  const moved = JSON.parse((await run('--json')).printed).counts;
  const rehearsed = JSON.parse((await run('--dry-run', '--json')).printed).counts;
  for (const kind of ['services', 'disabled flags', 'webhooks', 'API keys']) {
    const { carried } = moved[kind];
    assert.ok(carried > 0, kind);
    assert.deepEqual(rehearsed[kind], { carried: 0, alreadyThere: carried }, kind);
  }
});

test('a dry run reports a price that another book of the same tenant would have set', async (t) => {
  const state = {
    ...wholeState(),
    byKey: {
      [clientKey]: { services: [{ serviceId: 'search', priceStroops: 30, disabled: false }], items: [] },
    },
  };
  const { run, args } = await prepare(t, await startStandIn(t, state));
  const file = args[args.indexOf('--keys') + 1] ?? '';
  writeFileSync(file, `${clientKey} house first client\n`);
  const { printed } = await run('--dry-run');
  assert.match(printed, /house already has it at the price 25, and AgentPay has it at 30/);
});

test('an AgentPay that is not paused is refused, and so is another server', async (t) => {
  const { api, run, environment } = await prepare(
    t,
    await startStandIn(t, { ...wholeState(), paused: false }),
  );
  const unpaused = await run();
  assert.deepEqual([unpaused.code, await entriesOf(api, house)], [1, 0]);
  assert.match(unpaused.printed, /not paused.*admin\/pause/);
  const { url } = await startProcess(t, { DATABASE_URL: await emptyDatabase(t) });
  const args = ['move-from-agentpay', url, '--tenant', 'house'];
  assert.match((await runHere(args, environment)).printed, /is a Billonce server, not AgentPay/);
  const unnamed = await runHere(['move-from-agentpay', 'http://127.0.0.1:9'], environment);
  assert.equal(unnamed.code, 2);
  assert.match(unnamed.printed, /--tenant must name the tenant/);
});

test('a total that changed after it was carried over is reported, and not carried over in part', async (t) => {
  const state = wholeState();
  const { api, run } = await prepare(t, await startStandIn(t, state));
  assert.equal((await run()).code, 0);
  const heavy = state.keyless.items.find(({ agent }) => agent === 'heavy');
  assert.ok(heavy);
  heavy.total += 1_000_001;
  const { code, printed } = await run();
  assert.equal(code, 3, printed);
  assert.match(printed, /^not carried: usage of heavy at search .*has changed since it was carried/m);
  assert.match(
    printed,
    /^different: usage of heavy at search .*AgentPay has 3500001, and this server has 2500000$/m,
  );
  await assertCarried(api);
});

test('a mistyped key does not carry over the usage of callers without a key twice', async (t) => {
  const state = wholeState();
  const { args, environment, api } = await prepare(t, await startStandIn(t, state));
  const keys = join(temporaryFolder(t), 'keys');
  writeFileSync(keys, `${clientKey.slice(0, -1)}0 acme a label\n`);
  const { code, printed } = await runCommand([...args, '--keys', keys], environment);
  assert.equal(code, 3, printed);
  assert.match(printed, /not carried: API key apk_5c1d…: AgentPay does not know it/);
  assert.ok(!printed.includes(clientKey.slice(12, -1)));
  assert.equal(await entriesOf(api, acme), 0);
});

test('new secrets are written to a file that only its owner can read', async (t) => {
  const { run } = await prepare(t, await startStandIn(t, wholeState()));
  const secrets = join(temporaryFolder(t), 'secrets');
  const { code, printed } = await run('--secrets', secrets);
  assert.equal(code, 0, printed);
  assert.ok(!printed.includes('whsec_'));
  assert.match(JSON.parse(readFileSync(secrets, 'utf8')).secret, /^whsec_/);
  assert.equal(statSync(secrets).mode & 0o777, 0o600);
});

test('new secrets are written neither through a symbolic link nor to a file that other users may read', async (t) => {
  const { run, api } = await prepare(t, await startStandIn(t, wholeState()));
  const folder = temporaryFolder(t);
  const open = join(folder, 'open');
  writeFileSync(open, '', { mode: 0o644 });
  const link = join(folder, 'link');
  symlinkSync(open, link);
  for (const secrets of [open, link]) {
    const { code, printed } = await run('--secrets', secrets);
    assert.equal(code, 1, printed);
    assert.match(printed, new RegExp(secrets));
  }
  assert.equal(readFileSync(open, 'utf8'), '');
  assert.deepEqual((await api.get('/webhooks', house)).json.items, []);
});

test('more services than AgentPay lists at once are read by price ranges', async (t) => {
  const state = wholeState();
  state.keyless.services = Array.from({ length: 2_500 }, (_, index) => ({
    serviceId: `s-${index}`,
    priceStroops: index % 700,
    disabled: false,
  }));
  const agentPay = new AgentPay(new JsonClient(await startStandIn(t, state)));
  const services = await agentPay.services(undefined);
  assert.equal(new Set(services.map(({ serviceId }) => serviceId)).size, 2_500);
  assert.equal(services.length, 2_500);
});

const realAgentPay = process.env['BILLONCE_TEST_AGENTPAY'];

test('a real AgentPay is carried over', {
  skip: realAgentPay === undefined && 'BILLONCE_TEST_AGENTPAY names no dist/index.js of an AgentPay',
}, async (t) => {
  const from = await startAgentPay(t, realAgentPay ?? '');
  const post = async (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const all = { 'content-type': 'application/json', ...headers };
    const request = { method: 'POST', headers: all, body: JSON.stringify(body) };
    const answer = await fetch(`${from}/api/v1${path}`, request);
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return await answer.text();
  };
  const { key } = JSON.parse(await post('/api-keys', { label: 'first client' }));
  const service = { serviceId: 'search', priceStroops: 25, description: 'finds', owner: 'team' };
  await post('/services', service);
  await post('/services', { serviceId: 'old', priceStroops: 7 });
  await post('/services', { serviceId: 'search', priceStroops: 30 }, { 'x-api-key': key });
  for (const requests of [1_000_000, 1_000_000, 500_000]) {
    await post('/usage', { agent: 'heavy', serviceId: 'search', requests });
  }
  await post('/usage', { agent: 'agent-1', serviceId: 'old', requests: 40 });
  await post('/usage', { agent: 'agent-1', serviceId: 'search', requests: 12 }, { 'x-api-key': key });
  await post('/services/old/disable', {});
  await post('/webhooks', { url: 'https://hooks.example.com/a', events: ['usage.settled'] });
  await post('/admin/pause', {});
  const { api, environment } = await prepare(t, from);
  const keys = join(temporaryFolder(t), 'keys');
  writeFileSync(keys, `${key} acme\n`);
  const args = ['move-from-agentpay', from, '--tenant', 'house', '--keys', keys];
  for (const counts of [/usage items +5 carried, 0 there/, /usage items +0 carried, 5 there/]) {
    const { code, printed } = await runHere(args, environment);
    assert.equal(code, 0, printed);
    assert.match(printed, counts);
    assert.match(printed, /compared +6 equal, 0 different/);
  }
  assert.equal(await totalOf(api, 'heavy', 'search', house), 2_500_000);
  assert.equal((await api.get('/services/old', house)).json.disabled, true);
  assert.equal((await api.get('/usage/agent-1/search', { 'x-api-key': key })).json.total, 12);
});

async function startAgentPay(t: TestContext, file: string): Promise<string> {
  const port = await freePort();
  const child = spawn(process.execPath, [file], {
    env: { PATH: process.env['PATH'], PORT: String(port) },
    stdio: 'ignore',
  });
  onEnd(t, () => child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  await until(
    async () =>
      await fetch(`${url}/health`).then(
        ({ ok }) => ok,
        () => false,
      ),
  );
  return url;
}

checkClaims(import.meta.url);
