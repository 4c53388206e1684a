import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import { answerBytesMin } from './answer-progress.ts';
import { Connections, type CutReason } from './connections.ts';

const answerStallMs = 20_000;

interface Listening {
  readonly server: Server;
  readonly connections: Connections;
  readonly cuts: CutReason[];
  client(): Promise<Socket>;
}

async function listening(t: TestContext, perAddressMax: number, answer: RequestListener): Promise<Listening> {
  const cuts: CutReason[] = [];
  const connections = new Connections({ perAddressMax, answerStallMs, onCut: (reason) => cuts.push(reason) });
  const server = createServer(answer);
  connections.watch(server, 'connection');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  t.after(() => server.close());
  const client = async () => {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    t.after(() => socket.destroy());
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  return { server, connections, cuts, client };
}

const ask = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

test('an answer that is not read ends after the time for it, also if its client goes on sending', async (t) => {
  const answered: Socket[] = [];
  const large = Buffer.alloc(64 * 1_024 * 1_024);
  const { connections, cuts, client } = await listening(t, 10, (request, response) => {
    answered.push(request.socket);
    response.end(large);
  });
  const reading = await client();
  reading.write(ask);
  const deaf = await client();
  deaf.write(ask);
  while (answered.length < 2 || connections.size < 2) await immediate();
  connections.endStalled(0);
  connections.endStalled(answerStallMs - 1);
  assert.equal(cuts.length, 0, 'not before its time');
  let received = 0;
  reading.on('data', (chunk) => {
    received += chunk.length;
  });
  deaf.write('G');
  while (received < large.length / 2) await immediate();
  connections.endStalled(answerStallMs);
  assert.deepEqual(cuts, ['not_read']);
  while (connections.size > 1) await immediate();
  while (received < large.length) await immediate();
  connections.endStalled(10 * answerStallMs);
  connections.endStalled(20 * answerStallMs);
  assert.equal(cuts.length, 1, 'what was read whole waits for nothing');
});

test('a client that reads too little of an answer is not taken for one that reads', async (t) => {
  let answered: Socket | undefined;
  const { connections, cuts, client } = await listening(t, 10, (request, response) => {
    answered = request.socket;
    response.end(Buffer.alloc(64 * 1_024 * 1_024));
  });
  const slow = await client();
  slow.write(ask);
  while (answered === undefined || answered.writableLength === 0) await immediate();
  connections.endStalled(0);
  const part: Buffer | null = slow.read(answerBytesMin / 64);
  assert.ok(part === null || part.length < answerBytesMin);
  connections.endStalled(answerStallMs);
  assert.deepEqual(cuts, ['not_read']);
});

test('a stop leaves no connection open, and takes no new one', async (t) => {
  const { server, connections, client } = await listening(t, 10, () => undefined);
  const begun = once(server, 'request');
  const idle = await client();
  const half = await client();
  half.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{');
  await begun;
  while (connections.size < 2) await immediate();
  connections.close(() => '');
  idle.resume();
  await once(idle, 'end');
  while (connections.size > 1) await immediate();
  assert.equal(connections.size, 1, 'the request that has begun may still come in whole');
  half.destroy();
  while (connections.size > 0) await immediate();
});
