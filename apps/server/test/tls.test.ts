import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import type { App } from '../src/app.ts';
import { parseConfig } from '../src/config.ts';
import { startExample } from '../src/start-example.ts';
import { startText } from '../src/start-line.ts';
import { halfOpenOn } from './harness/half-open.ts';
import { startInProcess } from './harness/in-process.ts';
import { onEnd } from './harness/on-end.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';
import { adminKey, asAdmin } from './harness/tenants.ts';
import { type } from './harness/typed.ts';

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/tls/${name}`, import.meta.url));
const certOf = (name: 'one' | 'two') => fixture(`${name}.cert.pem`);
const keyOf = (name: 'one' | 'two') => fixture(`${name}.key.pem`);
const ca = [certOf('one'), certOf('two')].map((file) => readFileSync(file));
const tlsOf = (name: 'one' | 'two') => ({ TLS_CERT_FILE: certOf(name), TLS_KEY_FILE: keyOf(name) });

interface Answer {
  readonly status: number;
  readonly text: string;
  /** the subject of the server's certificate */
  readonly subject: string;
}

/** Sends a request over TLS, and trusts only the certificates of the fixtures. */
async function ask(url: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const sent = request(`${url}/api/v1${path}`, {
    method,
    ca,
    agent: false,
    headers: {
      ...asAdmin,
      'x-tenant': 'acme',
      'x-tenant-create': 'true',
      'content-type': 'application/json',
    },
  });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const [response]: IncomingMessage[] = await once(sent, 'response');
  assert.ok(response);
  const subject = String((response.socket as TLSSocket).getPeerCertificate().subject.CN);
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, text, subject };
}

const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };

test('over TLS the server presents its certificate, and uses a renewed one without a restart', async (t) => {
  const folder = temporaryFolder(t);
  const files = { TLS_CERT_FILE: join(folder, 'cert.pem'), TLS_KEY_FILE: join(folder, 'key.pem') };
  copyFileSync(certOf('one'), files.TLS_CERT_FILE);
  copyFileSync(keyOf('one'), files.TLS_KEY_FILE);
  const { app } = await startInProcess(t, { ...files, ADMIN_API_KEY: adminKey });
  assert.match(app.url, /^https:/);
  const first = await ask(app.url, 'POST', '/usage', usage);
  assert.deepEqual([first.status, first.subject], [201, 'billonce test one']);
  // In the middle of a renewal: first a certificate without its key, then a file that is not a certificate.
  copyFileSync(certOf('two'), files.TLS_CERT_FILE);
  app.certificate?.runOnce();
  assert.equal((await ask(app.url, 'GET', '/audit')).subject, 'billonce test one');
  writeFileSync(files.TLS_CERT_FILE, 'nothing');
  app.certificate?.runOnce();
  assert.equal((await ask(app.url, 'GET', '/audit')).subject, 'billonce test one');
  copyFileSync(certOf('two'), files.TLS_CERT_FILE);
  copyFileSync(keyOf('two'), files.TLS_KEY_FILE);
  app.certificate?.runOnce();
  const renewed = await ask(app.url, 'GET', '/audit');
  assert.deepEqual([renewed.status, renewed.subject], [200, 'billonce test two']);
  assert.equal(JSON.parse(renewed.text).entries, 1);
});

test('over TLS the documentation page can write in development mode, and a page in clear text cannot', async (t) => {
  const { app } = await startInProcess(t, tlsOf('one'));
  const write = async (origin: string) => {
    const headers = { origin, 'content-type': 'application/json' };
    const sent = request(`${app.url}/api/v1/usage`, { method: 'POST', ca, agent: false, headers });
    sent.end(JSON.stringify({ agent: 'a', serviceId: 's', requests: 1 }));
    const [response]: IncomingMessage[] = await once(sent, 'response');
    response?.resume();
    return response?.statusCode;
  };
  assert.equal(await write(app.url), 201);
  assert.equal(await write(app.url.replace('https:', 'http:')), 403);
});

test('over TLS a refused request is not executed, and silent clients keep no place', {
  timeout: 60_000,
}, async (t) => {
  const { app } = await startInProcess(t, {
    ...tlsOf('one'),
    ADMIN_API_KEY: adminKey,
    REQUEST_TIMEOUT_MS: '600',
  });
  const { port } = new URL(app.url);
  const body = JSON.stringify(usage);
  const fields = `X-API-Key: ${adminKey}\r\nX-Tenant: acme\r\nX-Tenant-Create: true\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
  const head = `POST /api/v1/usage HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n\r\n`;
  const socket = connectTls({ host: '127.0.0.1', port: Number(port), ca });
  await once(socket, 'secureConnect');
  const late = halfOpenOn(t, socket);
  socket.write(head + body.slice(0, 20));
  await late.answered();
  assert.match(late.received(), /^HTTP\/1\.1 408 /);
  socket.write(`${body.slice(20)}${head}${body}`);
  await late.gone;
  // During the handshake, before it, and with bytes that are not TLS.
  for (const bytes of [
    Buffer.from([0x16, 3, 1, 2, 0]),
    Buffer.alloc(0),
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
  ]) {
    const silent = connectTcp({ host: '127.0.0.1', port: Number(port), allowHalfOpen: true });
    onEnd(t, () => silent.destroy());
    silent.on('error', () => undefined);
    await once(silent, 'connect');
    silent.write(bytes);
  }
  const open = async () =>
    /^billonce_connections (\d+)$/m.exec((await ask(app.url, 'GET', '/metrics')).text)?.[1];
  while (Number(await open()) > 1) await immediate();
  assert.equal(JSON.parse((await ask(app.url, 'GET', '/audit')).text).entries, 0);
});

test('a server does not start with files that are not a certificate and its key, and says which', async (t) => {
  const nothing = join(temporaryFolder(t), 'nothing.pem');
  const empty = join(temporaryFolder(t), 'empty.pem');
  writeFileSync(empty, '');
  const start = (TLS_CERT_FILE: string, TLS_KEY_FILE: string) =>
    startInProcess(t, { TLS_CERT_FILE, TLS_KEY_FILE });
  await assert.rejects(
    start(nothing, keyOf('one')),
    /TLS_CERT_FILE is .*nothing.pem, which cannot be read \(ENOENT\)/,
  );
  await assert.rejects(
    start(empty, keyOf('one')),
    /TLS_CERT_FILE is .*empty.pem, which holds no certificate/,
  );
  await assert.rejects(
    start(certOf('one'), empty),
    /TLS_KEY_FILE is .*empty.pem, which holds no private key/,
  );
  await assert.rejects(start(certOf('one'), keyOf('two')), /is not that of the certificate/);
});

test('a certificate without its key, or a key without its certificate, is a mistake; a network address without TLS is a warning', () => {
  const protectedMode = { ADMIN_API_KEY: adminKey };
  for (const name of ['TLS_CERT_FILE', 'TLS_KEY_FILE']) {
    const parsed = parseConfig({ ...protectedMode, [name]: '/etc/billonce.pem' });
    assert.match(parsed.kind === 'invalid' ? parsed.mistakes.join() : '', /TLS_CERT_FILE and TLS_KEY_FILE/);
  }
  const warnings = (environment: Readonly<Record<string, string>>) => {
    const parsed = parseConfig({ ...protectedMode, ...environment });
    return parsed.kind === 'valid' ? parsed.warnings : parsed.mistakes;
  };
  assert.match(warnings({ HOST: '0.0.0.0' }).join(), /^HOST is 0\.0\.0\.0, and TLS is off: /);
  assert.deepEqual(warnings({ HOST: '0.0.0.0', ...tlsOf('one') }), []);
  assert.deepEqual(warnings({ HOST: '127.0.0.1' }), []);
});

/** Types the command that the start text suggests. */
async function typed(
  t: TestContext,
  app: App,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const parsed = parseConfig(environment);
  assert.ok(parsed.kind === 'valid');
  const listening = { url: app.url, version: '1', processId: 1, certificate: app.certificate?.pair.cert };
  const text = startText(listening, parsed.config);
  const command = /^ {4}curl -i [\s\S]*?3\}'$/m.exec(text)?.[0] ?? '';
  const { printed } = await type(t, `export ADMIN_API_KEY=${adminKey}\n${command}`, app.url);
  assert.match(printed, /^HTTP\/1\.1 201 Created\n/, `${command}\n${printed}`);
  return text;
}

test('the request that the start suggests works as printed, even over TLS', async (t) => {
  const tls = tlsOf('one');
  const inClear = await startInProcess(t);
  assert.doesNotMatch(await typed(t, inClear.app, {}), /cacert|X-API-Key/);
  const overTls = { ...tls, ADMIN_API_KEY: adminKey };
  const { app } = await startInProcess(t, overTls);
  assert.match(await typed(t, app, overTls), /--cacert: the certificate is self-signed/);
  // The certificate is for localhost and 127.0.0.1.
  const [byName] = [{ ...app, url: app.url.replace('127.0.0.1', 'localhost') }];
  assert.match(await typed(t, byName, overTls), /https:\/\/localhost:/);
  const other = startExample(
    'https://192.0.2.7:3443',
    { adminApiKey: adminKey, tls: { certFile: '/etc/a b.crt', keyFile: '' } },
    readFileSync(certOf('one'), 'utf8'),
  );
  assert.equal(
    other.command[0],
    "curl -i --resolve localhost:3443:192.0.2.7 --cacert '/etc/a b.crt' https://localhost:3443/api/v1/usage \\",
  );
  const everywhere = startExample(
    'http://0.0.0.0:3001',
    { adminApiKey: adminKey, tls: undefined },
    undefined,
  );
  assert.equal(everywhere.command[0], 'curl -i http://127.0.0.1:3001/api/v1/usage \\');
});

test('over TLS the log says https for each address that the server listens on', async (t) => {
  const lines: string[] = [];
  await startInProcess(t, { ...tlsOf('one'), LOG_LEVEL: 'info' }, Date.now(), {
    write: (line: string) => lines.push(line),
  });
  const said = lines.filter((line) => line.includes('Server listening at'));
  assert.ok(
    said.length > 0 && said.every((line) => line.includes('Server listening at https://127.0.0.1:')),
    said.join(),
  );
});
