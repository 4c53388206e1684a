import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createBillonce } from '@billonce/client';
import { build } from 'esbuild';
import { codeBlocksOf } from '../../../tools/code-blocks.ts';
import { checkClaims, take } from '../../idempotency/test/harness/taken-blocks.ts';
import { listening } from './harness/listening.ts';
import { newFolder, TestServer } from './harness/server.ts';

const entry = fileURLToPath(new URL('../src/index.ts', import.meta.url));
const modules = fileURLToPath(new URL('../../../node_modules/', import.meta.url));
const runtimes = [
  { name: 'Node', program: process.execPath, args: [] },
  { name: 'Bun', program: join(modules, '@oven/bun-linux-x64/bin/bun'), args: [] },
  {
    name: 'Deno',
    program: join(modules, '@deno/linux-x64-glibc/deno'),
    args: ['run', '--allow-net', '--no-config'],
  },
] as const;

const server = await TestServer.start(after);
const folder = newFolder(after);

/** The client as one file without imports: it uses only features that every runtime has. */
const bundle = await build({
  entryPoints: [entry],
  bundle: true,
  format: 'esm',
  platform: 'browser',
  write: false,
});
const client = join(folder, 'client.mjs');
writeFileSync(client, bundle.outputFiles[0]?.text ?? '');

/** A program that records with a call and with a recorder, and prints what it reads. */
const program = (name: string) => `
import { createBillonce } from './client.mjs';
const billonce = createBillonce({ url: ${JSON.stringify(server.url)} });
const usage = { agent: ${JSON.stringify(`agent-on-${name}`)}, serviceId: 'search', requests: 2 };
await billonce.usage.record(usage);
const recorder = billonce.recorder({ onRefused: console.error });
recorder.add(usage);
await recorder.close();
const entries = [];
for await (const { requests } of billonce.entries.list({ agent: usage.agent })) entries.push(requests);
console.log(JSON.stringify(entries));
`;

for (const { name, program: runtime, args } of runtimes) {
  const skip = existsSync(runtime) ? false : `${name} is not installed for this machine`;
  test(`the client runs on ${name}`, { skip }, async () => {
    const file = join(folder, `${name}.mjs`);
    writeFileSync(file, program(name));
    const { stdout } = await promisify(execFile)(runtime, [...args, file]);
    assert.equal(stdout, '[2,2]\n');
    const billonce = createBillonce({ url: server.url });
    assert.equal((await billonce.usage.total({ agent: `agent-on-${name}`, serviceId: 'search' })).total, 4);
  });
}

const pythonProgram = fileURLToPath(new URL('../../../examples/python/record_usage.py', import.meta.url));
const readme = 'examples/python/README.md';
const command = take(readme, codeBlocksOf(readme)[0]?.text ?? '').trim();
assert.match(command, /^python3 examples\/python\/record_usage\.py agent-7 search 3 order-1$/);
/** Debian's package requires Debian's Python. */
const python = ['python3', '/usr/bin/python3'].find(
  (name) => spawnSync(name, ['-c', 'import httpx']).status === 0,
);
const skip = python === undefined ? 'there is no Python with httpx: apt-get install python3-httpx' : false;

test('the example in Python records once, though its answer is lost and it is run twice', {
  skip,
}, async (t) => {
  const keys: unknown[] = [];
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const key = request.headers['idempotency-key'];
    keys.push(key);
    const answer = await fetch(server.url + request.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': String(key) },
      body: await text(request),
    });
    if (keys.length === 1) response.destroy();
    else response.writeHead(answer.status).end(await answer.text());
  };
  const lossy = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  const environment = { BILLONCE_URL: await listening(t, lossy) };
  const run = () =>
    promisify(execFile)(python ?? '', [pythonProgram, ...command.split(' ').slice(2)], { env: environment });
  assert.match((await run()).stdout, /^201 .*"total":3/);
  assert.equal(new Set(keys).size, 1);
  assert.equal(keys.length, 2);
  assert.match((await run()).stdout, /^200 .*"status":"duplicate"/);
  assert.equal(
    (await createBillonce({ url: server.url }).usage.total({ agent: 'agent-7', serviceId: 'search' })).total,
    3,
  );
});

test('the example in Python records a quantity with decimal places, and does not send an invalid one', {
  skip,
}, async () => {
  const billonce = createBillonce({ url: server.url });
  await billonce.services.put({ serviceId: 'seconds', priceStroops: 1, unitScale: 3 });
  const run = (quantity: string) =>
    promisify(execFile)(python ?? '', [pythonProgram, 'agent-8', 'seconds', quantity], {
      env: { BILLONCE_URL: server.url },
    });
  for (const quantity of ['12.75', '1E+3', '0.001']) assert.match((await run(quantity)).stdout, /^201 /);
  for (const quantity of ['0', '-1', 'NaN', '0.0000001', 'many']) await assert.rejects(run(quantity));
  const total = await billonce.usage.total({ agent: 'agent-8', serviceId: 'seconds' });
  assert.equal(total.quantity, '1012.751');
});

checkClaims(import.meta.url);
