// Types the commands of how-to pages that need a key, earlier usage, or a receiver, and compares their output with the
// pages.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { freePort } from '../../../packages/idempotency/test/harness/free-port.ts';
import { mainOf } from '../../../packages/idempotency/test/harness/main-of.ts';
import { checkClaims } from '../../../packages/idempotency/test/harness/taken-blocks.ts';
import { commandsOf, replaced } from './deploy/page.ts';
import { apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { until } from './harness/ingester.ts';
import { listen } from './harness/listen.ts';
import { repository } from './harness/npm-start.ts';
import { onEnd } from './harness/on-end.ts';
import { startProcess } from './harness/process.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';
import { assertSaid, blocksOf, documentsIn, scriptWith, textIn, type } from './harness/typed.ts';

const ADMIN_API_KEY = 'tests-7Hq2vXk9RmZ4pLw8TnBd';
/** Runs the command without npm, which takes seconds to start. */
const billonceHere = {
  'npm run billonce --': `'${process.execPath}' '${mainOf('apps/server/src/cli/main.ts')}'`,
};
const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));

interface Act {
  readonly id: string;
  readonly at: string;
  readonly actor: { readonly requestId: string };
}

/** Types a block that must succeed. Returns the JSON that it printed, and the statuses of its answers. */
async function typed(t: TestContext, commands: string, url: string, environment = {}) {
  const { code, printed, statuses } = await type(t, commands, url, { environment });
  assert.equal(code, 0, `${commands}\n${printed}`);
  return { printed, statuses, documents: documentsIn(printed).map((one) => Object(one)) };
}

test('a key for a colleague is created as the page on the dashboard says, and its last command prints the sums', async (t) => {
  const { url } = await startProcess(t, { DATABASE_URL: await emptyDatabase(t), ADMIN_API_KEY });
  const [key, check, ...others] = blocksOf('docs/how-to/use-the-dashboard.md');
  assert.ok(key && check && others.length === 0);
  const made = await typed(t, key.commands, url, { ADMIN_API_KEY });
  assert.deepEqual([made.documents[0].scopes, made.documents[0].tenant], [['read'], 'acme']);
  const open = await startProcess(t, { DATABASE_URL: await emptyDatabase(t) });
  assert.deepEqual((await typed(t, check.commands, open.url)).statuses, ['200']);
});

test('the audit log has the acts that its page shows', async (t) => {
  const { url } = await startProcess(t, { DATABASE_URL: await emptyDatabase(t), ADMIN_API_KEY });
  const [acts, list, check, ...others] = blocksOf('docs/how-to/read-the-audit-log.md');
  assert.ok(acts && list && check && others.length === 0);
  await typed(t, acts.commands, url, { ADMIN_API_KEY });
  const [listed] = (await typed(t, list.commands, url, { ADMIN_API_KEY })).documents;
  const [shown] = list.printed.map((one) => Object(one));
  // Ids and times differ each time.
  const lasting = ({ id, at, actor, ...act }: Act) => {
    const { requestId, ...others } = actor;
    assert.deepEqual([typeof id, typeof at, typeof requestId], ['string', 'string', 'string']);
    return { ...act, actor: others };
  };
  assert.deepEqual(
    { ...listed, items: listed.items.map(lasting) },
    { ...shown, items: shown.items.map(lasting) },
  );
  const [, found] = (await typed(t, check.commands, url, { ADMIN_API_KEY })).documents;
  assert.equal(found.items[0].actor.requestId, 'price-of-may');
});

test('a quote is settled as the page on retries says, and the server accepts the write-off of the page', async (t) => {
  const { url } = await startProcess(t, { DATABASE_URL: await emptyDatabase(t) });
  const api = apiAt(url);
  await api.post('/services', { serviceId: 'translate', priceStroops: 250 });
  const usage = { agent: 'agent-1', serviceId: 'translate' };
  for (const requests of [40, 10, 4]) await api.post('/usage', { ...usage, requests });
  const [settle, check, ...others] = blocksOf('docs/how-to/retry-safely.md');
  assert.ok(settle && check && others.length === 0);
  const [quote, bill] = (await typed(t, settle.commands, url)).documents;
  assert.deepEqual([quote.through, quote.billedStroops, bill.billedStroops], [3, '13500', '13500']);
  assert.equal(assertSaid(check.prose, await type(t, check.commands, url)), 2);
  const { items } = (await api.get('/entries?agent=agent-1')).json;
  const of10 = items.find(({ requests }: { readonly requests: number }) => requests === 10);
  assert.equal((await api.post(`/entries/${of10.id}/reverse`, { reason: 'a mistake' })).status, 201);
  const [, path = '', body = ''] =
    /^POST \/api\/v1(\S+)\n(.*)\n$/.exec(textIn('docs/how-to/retry-safely.md')) ?? [];
  assert.equal((await api.post(path, JSON.parse(body))).status, 201);
});

test('the loop of the page on retries records its usage once, though its first answer is lost', async (t) => {
  const { url } = await startProcess(t, { DATABASE_URL: await emptyDatabase(t) });
  let requests = 0;
  const lossy = createServer((request, response) => {
    requests += 1;
    const forwarded = httpRequest(url + request.url, { method: request.method, headers: request.headers });
    request.pipe(forwarded);
    forwarded.on('response', (answer) => {
      if (requests === 1) return void response.destroy();
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
  });
  const script = scriptWith('docs/how-to/retry-safely.md', 'crypto.randomUUID()');
  const { code } = await type(t, `node --input-type=module <<'END'\n${script}END\n`, await listen(t, lossy));
  assert.deepEqual([code, requests], [0, 2]);
  assert.equal((await apiAt(url).get('/usage/agent-7/search')).json.total, 3);
});

test('the commands of the page on usage files ingest files in the forms that it names, and a dry run sends nothing', async (t) => {
  const { url } = await startProcess(t, { DATABASE_URL: await emptyDatabase(t) });
  const folder = temporaryFolder(t);
  symlinkSync(join(repository, 'examples'), join(folder, 'examples'));
  const today = new Date().toISOString().slice(0, 10);
  const fixture = (name: string) =>
    readFileSync(new URL(`fixtures/usage/${name}`, import.meta.url), 'utf8')
      .replaceAll('2026-06-28', today)
      .replaceAll(/17826\d{5}(?=\d{9}")/g, String(Math.floor(Date.now() / 1000)));
  const files = {
    'usage.csv': 'request_id,user,prompt_tokens,completion_tokens\nr-1,ann,120,30\nr-2,bob,80,0\n',
    'activity.csv': fixture('openrouter.csv'),
    'session.jsonl': fixture('claude-code.jsonl'),
    'report.csv.gz': gzipSync(fixture('aws-cur.csv')),
    'spans.jsonl': fixture('otlp-genai.jsonl'),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const [two, dry, presets, ...others] = blocksOf('docs/how-to/ingest-usage-files.md');
  assert.ok(two && dry && presets && others.length === 0);
  const run = async (command: string) => {
    const typedCommand = replaced(command, billonceHere);
    const { code, printed } = await type(t, typedCommand, url, { folder });
    assert.equal(code, 0, `${command}\n${printed}`);
    return printed.replaceAll(/ +/g, ' ');
  };
  const api = apiAt(url);
  assert.match(await run(dry.commands), /input-tokens/);
  assert.deepEqual((await api.get('/entries')).json.items, []);
  assert.match(await run(two.commands), /recorded 3/);
  assert.match(await run(two.commands), /recorded 0/);
  assert.equal((await api.get('/usage/ann/input-tokens')).json.total, 120);
  for (const command of commandsOf(presets)) assert.match(await run(command), /recorded [1-9]/);
});

test('the receiver of the page on events prints what the page says, and both messages are delivered', async (t) => {
  const page = 'docs/how-to/receive-events.md';
  const [start, make, follow, check, ...others] = blocksOf(page);
  assert.ok(start && make && follow && check && others.length === 0);
  assert.equal(start.commands, 'WEBHOOK_ALLOW_PRIVATE_TARGETS=true npm start\n');
  const { url } = await startProcess(t, {
    DATABASE_URL: await emptyDatabase(t),
    WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
  });
  const port = String(await freePort());
  const [hook] = (await typed(t, make.commands.replace('4000', port), url)).documents;
  assert.match(hook.secret, /^whsec_/);
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'receiver.mjs'), scriptWith(page, 'standardwebhooks').replace('4000', port));
  symlinkSync(modules, join(folder, 'node_modules'), 'junction');
  const env = { ...process.env, WEBHOOK_SECRET: hook.secret };
  const receiver = spawn(process.execPath, ['receiver.mjs'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onEnd(t, async () => {
    const ended = once(receiver, 'close');
    receiver.kill();
    await ended;
  });
  let printed = '';
  receiver.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  await until(() =>
    fetch(`http://127.0.0.1:${port}`).then(
      () => true,
      () => false,
    ),
  );
  const id = check.commands.replace('<the id of the webhook>', hook.id);
  await typed(t, id, url);
  await until(() => printed.includes('webhook.test') && printed.includes('usage.recorded'));
  const deliveries = `curl http://127.0.0.1:3001/api/v1/webhooks/${hook.id}/deliveries`;
  await until(async () => !(await typed(t, deliveries, url)).printed.includes('"state":"pending"'));
  assert.equal(assertSaid(check.prose, await type(t, deliveries, url)), 1);
  const [events] = (await typed(t, follow.commands, url)).documents;
  assert.ok(events.items.length >= 1 && typeof events.nextCursor === 'string');
});

checkClaims(import.meta.url);
