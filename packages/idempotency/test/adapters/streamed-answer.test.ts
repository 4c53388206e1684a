import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type NodeHandler, operationOf } from '../../src/adapters/node.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { Gate } from '../../src/testing/adapter-laws/gate.ts';
import { boundVerbs } from '../../src/testing/adapter-laws/law-app.ts';
import { header, onTheWire, send } from '../../src/testing/adapter-laws/wire.ts';
import { withServer } from './harness/protected-server.ts';
import { RawConnection } from './harness/raw-connection.ts';

const keyed = { path: '/', headers: [['Idempotency-Key', 'k']] } as const;
const chunk = Buffer.alloc(65_536, 'x');
/** More than the buffers of both ends of a connection hold. */
const chunkCount = 160;
const bytes = chunk.length * chunkCount;

async function writeAll(response: ServerResponse, onBlocked: () => void): Promise<void> {
  for (let count = 0; count < chunkCount; count++) {
    if (response.write(chunk)) continue;
    onBlocked();
    await once(response, 'drain');
  }
  response.end();
}

test('a stream waits for a client that stops reading, and continues to its end once the client has left', async () => {
  const blocked = Promise.withResolvers<void>();
  let executions = 0;
  const handler: NodeHandler = async (request, response) => {
    executions++;
    operationOf(request)?.stream();
    await writeAll(response, blocked.resolve);
  };
  await withServer(
    handler,
    async ({ port, ends }) => {
      const socket = connect(port, '127.0.0.1').pause();
      socket.write(onTheWire(port, keyed));
      await blocked.promise;
      socket.destroy();
      await ends.arrival();
      const retry = await send(port, keyed);
      assert.equal(header(retry, 'idempotency-replayed'), 'true');
      assert.equal(retry.body.length, bytes);
      assert.equal(executions, 1);
    },
    { answerBytesMax: bytes },
  );
});

test('a handler that streams late, or sends only its head, sends what it has', async () => {
  const middle = new Gate();
  middle.close();
  const handler: NodeHandler = async (request, response) => {
    response.writeHead(200, { 'X-Early': 'yes' });
    if (request.url === '/late') response.write('first');
    operationOf(request)?.stream();
    if (request.url === '/head') response.flushHeaders();
    await middle.pass();
    response.write(', second');
    response.end(', third');
  };
  await withServer(handler, async ({ port }) => {
    const [late, head] = [new RawConnection(port), new RawConnection(port)];
    late.write(onTheWire(port, { ...keyed, path: '/late' }));
    await late.until(/first/);
    head.write(onTheWire(port, { path: '/head', headers: [['Idempotency-Key', 'other']] }));
    assert.match(await head.until(/\r\n\r\n/), /x-early: yes/i);
    middle.open();
    await late.until(/third\r\n0\r\n\r\n/);
    await head.until(/third\r\n0\r\n\r\n/);
    assert.equal(`${(await send(port, { ...keyed, path: '/late' })).body}`, 'first, second, third');
    late.end();
    head.end();
  });
});

test('a handler that asks for streaming but ends in one piece is held as usual', async () => {
  const handler: NodeHandler = (request, response) => {
    operationOf(request)?.stream();
    response.writeHead(200, { 'Content-Type': 'text/plain' }).end('all of it');
  };
  await withServer(handler, async ({ port }) => {
    assert.equal(header(await send(port, keyed), 'content-length'), '9');
  });
  const store = { ...boundVerbs(memoryStore()), complete: () => false };
  await withServer(handler, async ({ port }) => assert.equal((await send(port, keyed)).status, 409), {
    store,
  });
});

test('a stream that exceeds the limit with its last piece is sent whole, and not kept', async () => {
  const handler: NodeHandler = (request, response) => {
    operationOf(request)?.stream();
    response.write('12345678');
    response.end('9abcdef');
  };
  await withServer(
    handler,
    async ({ port }) => {
      assert.equal(`${(await send(port, keyed)).body}`, '123456789abcdef');
      assert.equal((await send(port, keyed)).status, 410);
    },
    { answerBytesMax: 10 },
  );
});

test('a stream that does not count breaks off, even for a client of HTTP/1.0, which would take an end as success', async () => {
  const store = { ...boundVerbs(memoryStore()), complete: () => false };
  const handler: NodeHandler = (request, response) => {
    operationOf(request)?.stream();
    response.write('first');
    response.end('second');
  };
  await withServer(
    handler,
    async ({ port }) => {
      const socket = connect(port, '127.0.0.1').resume();
      socket.write(onTheWire(port, keyed).replace('HTTP/1.1', 'HTTP/1.0'));
      await assert.rejects(once(socket, 'end'), { code: 'ECONNRESET' });
    },
    { store },
  );
});

test('a stream whose handler does not know its outcome ends, and is not executed again', async () => {
  const handler: NodeHandler = (request, response) => {
    const operation = operationOf(request);
    operation?.stream();
    response.write('data: started\n\n');
    operation?.unknown();
    response.end('data: the model failed\n\n');
  };
  await withServer(handler, async ({ port, outcomes }) => {
    assert.match(`${(await send(port, keyed)).body}`, /failed/);
    await turn();
    assert.equal((await send(port, keyed)).status, 409);
    assert.deepEqual(outcomes, ['abandoned']);
  });
});
