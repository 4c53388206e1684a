import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type FileJournal, fileJournal } from './file-journal.ts';
import { type ScriptedServer, type Step, scriptedServer } from './test/scripted-server.ts';

/** A client in a separate process: it charges for the given orders, and prints the answers. */
const program = `
import { createIdempotentFetch, idempotencyKeyOf } from ${JSON.stringify(new URL('./index.ts', import.meta.url))};
import { fileJournal } from ${JSON.stringify(new URL('./file-journal.ts', import.meta.url))};
const [path, url, doom, ...orders] = process.argv.slice(1);
const die = async (input, init) => {
  await fetch(input, init);
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {});
};
const journal = fileJournal({ path });
const options = { journal, ...(doom === 'at answer' ? { fetch: die } : {}) };
const idempotentFetch = createIdempotentFetch(options);
await Promise.all(orders.map(async (operation) => {
  const response = await idempotentFetch(url, { method: 'POST', body: operation, operation });
  const answer = await response.text();
  if (doom === 'before saving') process.kill(process.pid, 'SIGKILL');
  console.log(response.status, answer);
  await journal.end(operation, idempotencyKeyOf(response));
}));
`;

type Doom = 'none' | 'at answer' | 'before saving' | 'by the server';

interface Client {
  readonly process: ChildProcess;
  readonly printed: Promise<string>;
}

function startClient(path: string, url: string, doom: Doom, orders: readonly string[]): Client {
  const args = ['--input-type=module', '--eval', program, path, url, doom, ...orders];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  return { process: child, printed: readAll(child) };
}

async function readAll(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  await once(child, 'close');
  return text;
}

interface Api extends ScriptedServer {
  /** what took effect: a body for each key */
  readonly effects: ReadonlyMap<string, string>;
}

/** An API that executes each key once, and then replays. */
async function startApi(t: TestContext, afterEffect: () => 'answer' | 'hang'): Promise<Api> {
  const effects = new Map<string, string>();
  const serve: Step = ({ key = '', body }, response) => {
    const isReplay = effects.has(key);
    effects.set(key, body.toString());
    if (!isReplay && afterEffect() === 'hang') return;
    response.writeHead(201, isReplay ? { 'idempotency-replayed': 'true' } : {}).end(`charged ${body}`);
  };
  return { ...(await scriptedServer(t, serve)), effects };
}

function newPath(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'journal-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return join(directory, 'journal');
}

async function readPending(path: string): Promise<ReturnType<FileJournal['pending']>> {
  const journal = fileJournal({ path });
  const pending = await journal.pending();
  await journal.close();
  return pending;
}

test('a client that is killed between the effect and its answer continues with the same key', async (t) => {
  const path = newPath(t);
  const doomed: ChildProcess[] = [];
  const api = await startApi(t, () => {
    doomed[0]?.kill('SIGKILL');
    return 'hang';
  });
  const first = startClient(path, api.url, 'by the server', ['order 1']);
  doomed.push(first.process);
  assert.equal(await first.printed, '');
  assert.equal(first.process.signalCode, 'SIGKILL');
  const [pending, ...others] = await readPending(path);
  assert.deepEqual(others, []);
  assert.equal(pending?.operation, 'order 1');
  assert.equal(pending.key, api.seen[0]?.key);

  assert.equal(await startClient(path, api.url, 'none', ['order 1']).printed, '201 charged order 1\n');
  assert.equal(api.seen.length, 2);
  assert.equal(api.seen[1]?.key, api.seen[0]?.key);
  assert.deepEqual([...api.effects.values()], ['order 1']);
  assert.deepEqual(await readPending(path), []);
});

for (const [doom, when] of [
  ['at answer', 'when the answer arrives'],
  ['before saving', 'after the answer is handed over, before it is saved'],
] as const) {
  test(`a client that is killed ${when} continues with the same key`, async (t) => {
    const path = newPath(t);
    const api = await startApi(t, () => 'answer');
    const first = startClient(path, api.url, doom, ['order 1']);
    assert.equal(await first.printed, '');
    assert.equal(first.process.signalCode, 'SIGKILL');

    assert.equal(await startClient(path, api.url, 'none', ['order 1']).printed, '201 charged order 1\n');
    assert.equal(api.seen[1]?.key, api.seen[0]?.key);
    assert.deepEqual([...api.effects.values()], ['order 1']);
    assert.deepEqual(await readPending(path), []);
  });
}

test('a client that is killed again and again has charged for each order once in the end', async (t) => {
  const path = newPath(t);
  const orders = Array.from({ length: 40 }, (_, at) => `order ${at}`);
  const doomed: { process?: ChildProcess } = {};
  let effects = 0;
  const api = await startApi(t, () => {
    effects++;
    if (effects % 7 !== 0) return 'answer';
    doomed.process?.kill('SIGKILL');
    return 'hang';
  });
  const done = new Set<string>();
  for (let kills = 0; done.size < orders.length; kills++) {
    assert.ok(kills <= orders.length, 'each run gets further');
    const left = orders.filter((order) => !done.has(order));
    const client = startClient(path, api.url, 'by the server', left);
    doomed.process = client.process;
    for (const [, order] of (await client.printed).matchAll(/^201 charged (.*)$/gm)) done.add(order ?? '');
  }
  assert.deepEqual([...api.effects.values()].sort(), [...orders].sort());
  // A client that was killed after it printed an answer had no time to end the operation.
  const left = (await readPending(path)).map(({ operation }) => operation);
  await startClient(path, api.url, 'none', left).printed;
  assert.equal(api.effects.size, orders.length);
  assert.deepEqual(await readPending(path), []);
});

test('a second process on the same file is refused while the first one lives', async (t) => {
  const path = newPath(t);
  const entered = Promise.withResolvers<void>();
  const api = await startApi(t, () => {
    entered.resolve();
    return 'hang';
  });
  const client = startClient(path, api.url, 'none', ['order 1']);
  await entered.promise;
  assert.throws(() => fileJournal({ path }), { code: 'journal_in_use' });
  client.process.kill('SIGKILL');
  await client.printed;
  assert.equal((await readPending(path)).length, 1);
});
