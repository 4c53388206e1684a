import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createBillonce } from '@billonce/client';
import { allOf } from './harness/all-of.ts';
import { newFolder, TestServer } from './harness/server.ts';

const program = fileURLToPath(new URL('./harness/recording-client.ts', import.meta.url));
const count = 1_000;
const account = { agent: 'agent-7', serviceId: 'search' };

interface Client {
  readonly process: ChildProcess;
  readonly printed: Promise<string>;
}

function startClient(url: string, journal: string, first: number): Client {
  const args = [program, url, journal, String(first), String(count)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const read = async () => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    await once(child, 'close');
    return text;
  };
  return { process: child, printed: read() };
}

/** The number of the first item that may be missing in the journal of the killed client. */
function savedIn(printed: string): number {
  return Math.max(0, ...[...printed.matchAll(/^saved (\d+)$/gm)].map(([, number]) => Number(number)));
}

test('a client and a server that are killed again and again bill each item once', {
  timeout: 300_000,
}, async (t) => {
  const end = (run: () => void | Promise<void>) => t.after(run);
  const server = await TestServer.start(end);
  const billonce = createBillonce({ url: server.url });
  await billonce.services.put({ serviceId: 'search', priceStroops: 1 });
  const journal = join(newFolder(end), 'usage.journal');
  let first = 0;
  let kills = 0;
  for (let isDone = false; !isDone; ) {
    const client = startClient(server.url, journal, first);
    t.after(() => client.process.kill('SIGKILL'));
    const before = (await billonce.usage.total(account)).total;
    const isDoomed = kills < 4;
    if (isDoomed) {
      while ((await billonce.usage.total(account)).total === before) await sleep(2);
      // During a flush, which always has at most 20 items.
      if (kills % 2 === 1) await server.kill();
      client.process.kill('SIGKILL');
      kills += 1;
    }
    const printed = await client.printed;
    assert.doesNotMatch(printed, /refused/);
    first = Math.max(first, savedIn(printed));
    isDone = !isDoomed && printed.endsWith('waiting 0\n');
    if (kills % 2 === 0 && isDoomed) await server.start();
    assert.ok(isDone || isDoomed, printed);
  }
  const entries = await allOf(billonce.entries.list({ ...account, limit: 1_000 }));
  assert.equal(new Set(entries.map(({ usageId }) => usageId)).size, count);
  assert.equal(entries.length, count);
  assert.equal((await billonce.settle(account)).requests, count);
  assert.equal((await billonce.call('readAudit', {})).ok, true);
});
