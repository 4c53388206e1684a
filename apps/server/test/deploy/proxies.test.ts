import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../../packages/idempotency/test/harness/free-port.ts';
import { checkClaims, take } from '../../../../packages/idempotency/test/harness/taken-blocks.ts';
import { debianProgram } from '../harness/debian-program.ts';
import { startInProcess } from '../harness/in-process.ts';
import { onEnd } from '../harness/on-end.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { adminKey, asAdmin } from '../harness/tenants.ts';
import { assertSaid, type } from '../harness/typed.ts';
import { blocksOfPage, replaced } from './page.ts';

const deploy = new URL('../../../../deploy/', import.meta.url);
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
const cert = fixture('one.cert.pem');
const key = fixture('one.key.pem');
const bulkBytesMax = 8 * 1024 ** 2;

/** Replaces the values in a file of the folder `deploy` that a user must replace. Each of them must be in the file. */
function filled(file: string, values: Readonly<Record<string, string>>): string {
  let text = readFileSync(new URL(file, deploy), 'utf8');
  for (const [from, to] of Object.entries(values)) {
    assert.ok(text.includes(from), `${from} in ${file}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

interface Started {
  readonly port: number;
  readonly folder: string;
  readonly upstream: string;
}

/** The command line of each proxy, and the files it needs. */
const proxies = {
  nginx: ({ port, folder, upstream }: Started) => {
    const site = filled('nginx/billonce.conf', {
      '127.0.0.1:3001': upstream,
      'listen 443 ssl': `listen 127.0.0.1:${port} ssl`,
      'billing.example;': 'localhost;',
      '/etc/ssl/billing.example.pem': cert,
      '/etc/ssl/billing.example.key': key,
    });
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((name) => `${name}_temp_path ${folder}/${name};`)
      .join('\n');
    const user = process.getuid?.() === 0 ? 'user root;' : '';
    const head = `${user} daemon off; pid ${folder}/nginx.pid; error_log stderr; events {}`;
    writeFileSync(join(folder, 'nginx.conf'), `${head}\nhttp { access_log off;\n${temporary}\n${site}\n}\n`);
    return ['-p', folder, '-c', join(folder, 'nginx.conf')];
  },
  caddy: ({ port, folder, upstream }: Started) => {
    const site = filled('caddy/Caddyfile', {
      '127.0.0.1:3001': upstream,
      'billing.example {': `https://localhost:${port} {\n  tls ${cert} ${key}`,
    });
    writeFileSync(join(folder, 'Caddyfile'), `{\n  admin off\n  auto_https disable_redirects\n}\n${site}`);
    return ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'];
  },
};

/** Starts a proxy in front of a server, with its file from the folder `deploy`. */
async function startProxy(
  t: TestContext,
  name: keyof typeof proxies,
  file: string,
  serverUrl: string,
): Promise<number> {
  const folder = join(temporaryFolder(t), name);
  mkdirSync(folder);
  const port = await freePort();
  const child = spawn(file, proxies[name]({ port, folder, upstream: new URL(serverUrl).host }), {
    env: { PATH: process.env['PATH'], HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-5_000);
  });
  onEnd(t, () => stopped(child));
  while (!(await isListening(port))) {
    assert.equal(child.exitCode, null, `${name} did not start: ${said}`);
    await passing(20);
  }
  return port;
}

/** nginx stops with its worker on QUIT. Caddy stops on TERM. */
async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
  const found = await promise;
  socket.destroy();
  return found;
}

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A client that sends requests through the proxy and checks its certificate. */
function clientOf(port: number) {
  return async (path: string, { method = 'POST', headers = {}, body = '' }: Sent = {}) => {
    const sent = request({
      host: 'localhost',
      port,
      path: `/api/v1${path}`,
      method,
      ca: readFileSync(cert),
      agent: false,
      headers: { 'content-type': 'application/json', ...headers },
    });
    if (headers['content-length'] === undefined) sent.end(body);
    else sent.write(body);
    const [response]: IncomingMessage[] = await once(sent, 'response');
    assert.ok(response);
    let text = '';
    for await (const chunk of response) text += String(chunk);
    sent.destroy();
    return { status: response.statusCode, headers: response.headers, text };
  };
}

/** A bulk of one item with this many bytes. */
function bulkOf(bytes: number): string {
  const text = JSON.stringify({ items: [{ agent: 'a', serviceId: 's', requests: 1 }] });
  return text + ' '.repeat(bytes - text.length);
}

for (const name of ['nginx', 'caddy'] as const) {
  test(`behind ${name}, usage is recorded once, a client cannot choose its address, and the largest body, an export and a page of events pass`, async (t) => {
    // The check of the how-to, with another name and port.
    const [, , check] = blocksOfPage('serve-over-tls', 3);
    const commands = check?.commands ?? '';
    const program = await debianProgram(name);
    if ('missing' in program) return t.skip(program.missing);
    const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey, TRUST_PROXY: '1' });
    const port = await startProxy(t, name, program.file, api.url);
    const ask = clientOf(port);
    const makeKey = async (label: string, allowedAddresses: readonly string[]) => {
      const made = await ask('/api-keys', {
        headers: asAdmin,
        body: JSON.stringify({ label, tenant: 'acme', allowedAddresses }),
      });
      assert.equal(made.status, 201, made.text);
      return { 'x-api-key': String(JSON.parse(made.text).key) };
    };
    const here = await makeKey('here', ['127.0.0.1', '::1']);
    const elsewhere = await makeKey('elsewhere', ['203.0.113.7']);

    const usage = JSON.stringify({ agent: 'a', serviceId: 's', requests: 3 });
    const once1 = await ask('/usage', { headers: { ...here, 'idempotency-key': 'k' }, body: usage });
    const again = await ask('/usage', { headers: { ...here, 'idempotency-key': 'k' }, body: usage });
    assert.deepEqual([once1.status, again.status, again.headers['idempotency-replayed']], [201, 201, 'true']);
    assert.equal(again.text, once1.text);

    const forged = { 'x-forwarded-for': '203.0.113.7' };
    assert.equal((await ask('/usage', { headers: { ...here, ...forged }, body: usage })).status, 201);
    assert.equal((await ask('/usage', { headers: { ...elsewhere, ...forged }, body: usage })).status, 403);

    const largest = await ask('/usage/bulk', { headers: here, body: bulkOf(bulkBytesMax) });
    assert.equal(largest.status, 201, largest.text);
    // Only the declared length is too large: a client that still sends while the answer arrives may lose it.
    const tooLarge = { ...here, 'content-length': String(bulkBytesMax + 1) };
    assert.equal((await ask('/usage/bulk', { headers: tooLarge, body: '{' })).status, 413);

    // An export is a stream of unknown length; events are read page by page.
    const many = Array.from({ length: 1_000 }, (_, index) => ({
      agent: `a-${index}`,
      serviceId: 's',
      requests: 1,
    }));
    const recorded = await ask('/usage/bulk', { headers: here, body: JSON.stringify({ items: many }) });
    assert.equal(recorded.status, 201, recorded.text);
    for (const path of ['/entries/export.csv', '/events?limit=1000']) {
      const through = await ask(path, { method: 'GET', headers: here });
      assert.equal(through.status, 200, path);
      assert.equal(through.text, (await api.get(path, { ...asAdmin, 'x-tenant': 'acme' })).text, path);
      assert.ok(through.text.length > 50_000, path);
    }

    const typedCheck = replaced(commands, {
      'curl -i https://billing.example/': `curl -i --cacert ${cert} https://localhost:${port}/`,
    });
    const checked = await type(t, typedCheck, api.url);
    assert.deepEqual([checked.code, checked.statuses], [0, ['200']], checked.printed);
    assert.ok(assertSaid(check?.prose.split('\n## ')[0] ?? '', checked) >= 2);

    // A proxy keeps its connections to the server.
    const { text } = await api.get('/metrics', asAdmin);
    const [, open = ''] = /^billonce_connections (\d+)$/m.exec(text) ?? [];
    assert.ok(Number(open) <= 4, `${open} connections after 9 requests`);
  });
}

test('the how-to shows the same configurations as the files', () => {
  for (const file of ['nginx/billonce.conf', 'caddy/Caddyfile'])
    take('docs/how-to/serve-over-tls.md', readFileSync(new URL(file, deploy), 'utf8'));
});

checkClaims(import.meta.url);
