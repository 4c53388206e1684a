// Types the commands of the pages on TLS, backups, upgrades, the admin key and capacity against a server.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkClaims } from '../../../../packages/idempotency/test/harness/taken-blocks.ts';
import { apiAt } from '../harness/api.ts';
import { startProcess } from '../harness/process.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { adminKey, makeKey } from '../harness/tenants.ts';
import { assertSaid, type } from '../harness/typed.ts';
import { billonceCommand, blocksOfPage, commandsOf, replaced, typed } from './page.ts';

const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };
const started = (command: string) => command.endsWith('npm start');

/** The variables that precede a command. */
function variablesOf(command: string): Record<string, string> {
  return Object.fromEntries(
    [...command.matchAll(/([A-Z_]+)=(\S+) /g)].map(([, name = '', value = '']) => [name, value]),
  );
}

test('the commands of the page on TLS start a server that answers over TLS alone', async (t) => {
  const folder = temporaryFolder(t);
  const [direct, check, proxy] = blocksOfPage('serve-over-tls', 3);
  assert.ok(direct && check && proxy);
  const steps = commandsOf(direct);
  await typed(t, steps.filter((command) => !started(command)).join('\n'), { folder });
  const variables = variablesOf(steps.find(started) ?? '');
  assert.deepEqual([variables['HOST'], variables['PORT']], ['0.0.0.0', '3443']);
  const files = Object.entries(variables).map(([name, value]) =>
    name.endsWith('_FILE') ? [name, join(folder, value)] : [name, value],
  );
  const { url } = await startProcess(t, {
    ...Object.fromEntries(files),
    PORT: '0',
    DATABASE_URL: `file:${join(folder, 'billonce.db')}`,
  });
  const here = { '//localhost:3443': `//localhost:${new URL(url).port}` };
  const checks = commandsOf({
    ...check,
    commands: replaced(check.commands, { ...here, ...billonceCommand }),
  });
  const [health = '', verify = '', inClear = '', ...others] = checks;
  assert.deepEqual(others, []);
  const printed = `${await typed(t, health, { folder })}\n${await typed(t, verify, { folder })}`;
  assert.match(printed, /the books are right/);
  const refused = await type(t, inClear, 'http://127.0.0.1:9', { folder });
  assert.notEqual(refused.code, 0);
  assert.equal(assertSaid(check.prose.split('\n## ')[0] ?? '', { code: 0, printed, statuses: [] }), 1);
  // Another test types the last block, through nginx and Caddy.
});

test('the commands of the page on backups make a backup of a running server, verify, export and restore it', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'data'), { mode: 0o700 });
  const file = join(folder, 'data/billonce.db');
  const start = () => startProcess(t, { ADMIN_API_KEY: adminKey, DATABASE_URL: `file:${file}` });
  const server = await start();
  const key = await makeKey(apiAt(server.url), 'acme');
  const tenant = { 'x-api-key': key };
  assert.equal((await apiAt(server.url).post('/usage', usage, 'first-usage', tenant)).status, 201);
  const [backUp, verify, verifyServer, exported, restore] = blocksOfPage('back-up', 5);
  assert.ok(backUp && verify && verifyServer && exported && restore);
  const remote = { 'https://billing.example': server.url, 'apk_…': key };
  const run = (commands: string, values = {}) =>
    typed(t, replaced(commands, { ...billonceCommand, ...values }), {
      folder,
      environment: { DATABASE_URL: 'file:./data/billonce.db' },
    });

  await run(backUp.commands);
  assert.equal((await run(verify.commands)).match(/the books are right/g)?.length, 2);
  assert.match(await run(verifyServer.commands, remote), /the books are right/);
  await run(exported.commands, remote);
  assert.match(readFileSync(join(folder, 'acme.jsonl'), 'utf8'), /^\{.*"agent":"agent-7".*\}\n$/);
  for (const name of ['november.csv', 'bills.jsonl']) assert.ok(existsSync(join(folder, name)), name);

  await server.stop('SIGTERM');
  const steps = commandsOf(restore).filter((command) => !started(command));
  assert.match(await run(steps.join('\n')), /the books are right/);
  const { url } = await start();
  assert.equal((await apiAt(url).get('/usage/agent-7/search', tenant)).json.total, 3);
});

test('the commands of the pages on upgrades and capacity print what the pages say', async (t) => {
  const folder = temporaryFolder(t);
  const DATABASE_URL = `file:${join(folder, 'billonce.db')}`;
  const { url } = await startProcess(t, { ADMIN_API_KEY: adminKey, DATABASE_URL });
  const environment = { DATABASE_URL, ADMIN_API_KEY: adminKey };
  const [check] = blocksOfPage('upgrade-and-roll-back', 1);
  const printed = await typed(t, replaced(check?.commands ?? '', billonceCommand), {
    folder,
    url,
    environment,
  });
  assert.equal(assertSaid(check?.prose ?? '', { code: 0, printed, statuses: [] }), 1);
  assert.match(printed, /^billonce_build_info\{.*version="[\d.]+".*\} 1\n[\s\S]*the books are right/);

  const [capacity] = blocksOfPage('plan-capacity', 1);
  const shown = await typed(t, capacity?.commands ?? '', { folder, url, environment });
  assert.equal(
    shown,
    'billonce_overloaded_total 0\nbillonce_queue_used_ratio 0\nbillonce_writes_failing 0\n',
  );
});

test('the check of the page on the admin key prints what the page says, before and after the old key goes', async (t) => {
  const folder = temporaryFolder(t);
  const DATABASE_URL = `file:${join(folder, 'billonce.db')}`;
  const [cluster, check] = blocksOfPage('rotate-the-admin-key', 2);
  assert.ok(cluster && check);
  const keys = { NEW: 'tests-new-9Pm3cJf6hYs1GqWe', OLD: 'tests-old-5Rz8wQk2nVb7LxTd' };
  const statuses = async (environment: Record<string, string>) => {
    const server = await startProcess(t, { DATABASE_URL, ...environment });
    const printed = await typed(t, check.commands, { folder, url: server.url, environment: keys });
    await server.stop('SIGTERM');
    return printed
      .trim()
      .split('\n')
      .map((status) => `\`${status}\``);
  };
  const both = await statuses({ ADMIN_API_KEY: keys.NEW, ADMIN_API_KEY_OLD: keys.OLD });
  assert.deepEqual(both, ['`200`', '`200`']);
  const one = await statuses({ ADMIN_API_KEY: keys.NEW });
  assert.deepEqual(one, ['`200`', '`401`']);
  assert.ok(check.prose.includes(`it prints ${both[0]} twice`) && check.prose.includes(one.join(' and ')));

  // The new key in the form in which Kubernetes stores it.
  const made = commandsOf(cluster).filter((command) => command.startsWith('new='));
  const encoded = await typed(t, `${made.join('\n')}\nprintf %s "$new"`, { folder });
  assert.match(Buffer.from(encoded, 'base64').toString(), /^[0-9a-f]{64}$/);
});

checkClaims(import.meta.url);
