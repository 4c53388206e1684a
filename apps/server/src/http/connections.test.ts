import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import { answerBytesMin } from './answer-progress.ts';
import { type ConnectionBounds, Connections, type CutReason } from './connections.ts';
import { Pipelines, pipelinedMax } from './pipelines.ts';
import { LocalTally } from './tally.ts';

const answerStallMs = 20_000;

interface Listening {
  readonly server: Server;
  readonly connections: Connections;
  readonly cuts: CutReason[];
  client(): Promise<Socket>;
}

async function listening(
  t: TestContext,
  perAddressMax: number,
  answer: RequestListener,
  shared?: ConnectionBounds['shared'],
): Promise<Listening> {
  const cuts: CutReason[] = [];
  const onCut = (reason: CutReason) => cuts.push(reason);
  const connections = new Connections({ perAddressMax, answerStallMs, shared, onCut });
  const pipelines = new Pipelines(answer, connections);
  const server = createServer((request, response) => pipelines.take(request, response));
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

test('a connection whose answer is not read in time ends, even if its client continues to send', async (t) => {
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

test('a client that reads too little of an answer does not count as one that reads', async (t) => {
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

test('a stop leaves no connection open, and accepts no new one', async (t) => {
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

test('requests of one packet are handled one in a turn of the loop, and another client does not wait for them', async (t) => {
  const paths: string[] = [];
  const { client } = await listening(t, 10, (request, response) => {
    paths.push(request.url ?? '');
    response.end();
  });
  const [many, one] = [await client(), await client()];
  const askFor = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  many.write(askFor('/many').repeat(pipelinedMax));
  one.write(askFor('/one'));
  let most = 0;
  while (paths.length < pipelinedMax + 1) {
    const before = paths.filter((path) => path === '/many').length;
    await immediate();
    most = Math.max(most, paths.filter((path) => path === '/many').length - before);
  }
  assert.ok(most <= 2, `${most} in one turn`);
  assert.ok(paths.indexOf('/one') <= 5, `after ${paths.indexOf('/one')} of the others`);
});

test('a connection with too many unanswered requests is closed, and its waiting requests are not executed', async (t) => {
  let handled = 0;
  const { cuts, client } = await listening(t, 10, () => {
    handled += 1;
  });
  const socket = await client();
  const closed = once(socket, 'close');
  socket.once('end', () => socket.destroy()).resume();
  socket.write(ask.repeat(700));
  await closed;
  const before = handled;
  for (let turn = 0; turn < 200; turn++) await immediate();
  assert.deepEqual([cuts, handled], [['pipelined'], before]);
  assert.ok(handled <= 5, `${handled} were handled`);
});

test('servers that count their connections together have one limit, and give places back', async (t) => {
  const shared = { tally: new LocalTally(), max: 3 };
  const answer: RequestListener = (_, response) => response.end();
  const [one, other] = [await listening(t, 100, answer, shared), await listening(t, 100, answer, shared)];
  const kept = [await one.client(), await one.client(), await other.client()];
  while (one.connections.size + other.connections.size < 3) await immediate();
  const refused = await other.client();
  await once(refused.resume(), 'end');
  assert.deepEqual(other.cuts, ['server_full']);
  kept[0]?.destroy();
  while (one.connections.size > 1) await immediate();
  await other.client();
  while (other.connections.size < 2) await immediate();
  assert.deepEqual(one.cuts, []);
});
