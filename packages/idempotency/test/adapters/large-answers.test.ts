import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { idempotent } from '../../src/adapters/fetch.ts';
import type { NodeHandler } from '../../src/adapters/node.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { Gate } from '../../src/testing/adapter-laws/gate.ts';
import { boundVerbs } from '../../src/testing/adapter-laws/law-app.ts';
import { onTheWire, send } from '../../src/testing/adapter-laws/wire.ts';
import { withServer } from './harness/protected-server.ts';
import { RawConnection } from './harness/raw-connection.ts';

const keyed = { path: '/', headers: [['Idempotency-Key', 'k']] } as const;
const chunk = `${'x'.repeat(5000)}!`;

test('an answer too large to keep is sent while the handler writes it, and ends once its record is stored', async () => {
  const middle = new Gate();
  middle.close();
  const handler: NodeHandler = async (_request, response) => {
    response.write(chunk);
    await middle.pass();
    response.end('end');
  };
  await withServer(
    handler,
    async ({ port }) => {
      const connection = new RawConnection(port);
      connection.write(onTheWire(port, keyed));
      await connection.until(/!/);
      assert.equal((await send(port, keyed)).status, 409);
      middle.open();
      await connection.until(/end/);
      connection.end();
      assert.equal((await send(port, keyed)).status, 410);
    },
    { answerBytesMax: 1000, waitMs: 0 },
  );
});

test('a large answer that does not count breaks off, with node:http and with fetch', async () => {
  const store = { ...boundVerbs(memoryStore()), complete: () => false };
  const handler: NodeHandler = (_request, response) => {
    response.write(chunk);
    response.end(chunk);
  };
  await withServer(handler, ({ port }) => assert.rejects(send(port, keyed)), { store, answerBytesMax: 1000 });
  const fetchHandler = idempotent(
    { store, tenantOf: () => 'acme', answerBytesMax: 1000 },
    () => new Response(chunk),
  );
  const headers = { 'Idempotency-Key': 'k' };
  const response = await fetchHandler(new Request('http://localhost/', { method: 'POST', headers }));
  await assert.rejects(response.text(), /does not count/);
});

test('a handler writes a large answer to its end when its client has hung up', async () => {
  const [middle, ended] = [new Gate(), new Gate()];
  middle.close();
  async function* chunks() {
    yield chunk;
    await middle.pass();
    for (let at = 0; at < 100; at++) yield chunk;
  }
  const handler: NodeHandler = async (request, response) => {
    if (request.method === 'GET') return void response.end();
    // It rejects, because the client has disconnected.
    await pipeline(Readable.from(chunks()), response).catch(() => undefined);
    ended.arrive();
  };
  await withServer(
    handler,
    async ({ port }) => {
      const connection = new RawConnection(port);
      connection.write(onTheWire(port, keyed));
      await connection.until(/!/);
      connection.end();
      for (let trip = 0; trip < 3; trip++) await send(port, { path: '/', method: 'GET' });
      middle.open();
      await ended.arrival();
      assert.equal((await send(port, keyed)).status, 410);
    },
    { answerBytesMax: 1000 },
  );
});

test('a fetch handler streams a large answer to its end when its client has hung up', async () => {
  let sent = 0;
  const stream = new ReadableStream({
    pull(controller) {
      if (sent++ < 10) controller.enqueue(Buffer.from(chunk));
      else controller.close();
    },
  });
  const outcomes: string[] = [];
  const protectedHandler = idempotent(
    {
      store: memoryStore(),
      tenantOf: () => 'acme',
      answerBytesMax: 1000,
      observer: (event) => {
        if (event.kind === 'execution_ended') outcomes.push(event.outcome);
      },
    },
    () => new Response(stream),
  );
  const headers = { 'Idempotency-Key': 'k' };
  const post = () => protectedHandler(new Request('http://localhost/', { method: 'POST', headers }));
  await (await post()).body?.cancel();
  while (outcomes.length === 0) await turn();
  assert.deepEqual(outcomes, ['completed']);
  assert.equal((await post()).status, 410);
});
