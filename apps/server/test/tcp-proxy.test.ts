// Tests the proxy for tests of a broken network: each of its faults must really happen, on real sockets.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { onEnd } from './harness/on-end.ts';
import { TcpProxy } from './harness/tcp-proxy.ts';

/** More than the buffers of two connections hold, so all of it is sent only if the other side reads it. */
const floodBytes = 64 * 1024 * 1024;

interface End {
  readonly socket: Socket;
  /** everything that has arrived at this end */
  heard(): string;
  hears(text: string): Promise<void>;
  readonly closed: Promise<unknown>;
}

function endOf(socket: Socket): End {
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  let heard = '';
  socket.on('data', (bytes: Buffer) => {
    heard += bytes.toString();
  });
  const hears = async (text: string) => {
    while (!heard.includes(text)) await once(socket, 'data');
  };
  const closed = new Promise((done) => {
    socket.on('close', done);
  });
  return { socket, heard: () => heard, hears, closed };
}

/** A server that sends nothing automatically: the test controls both ends. */
async function startServer(t: TestContext) {
  const ends: End[] = [];
  const server = createServer((socket) => {
    ends.push(endOf(socket));
    server.emit('taken');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onEnd(t, () => {
    for (const { socket } of ends) socket.destroy();
    server.close();
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  /** The server's end of the connection with this number. */
  const end = async (number: number): Promise<End> => {
    for (;;) {
      const found = ends[number];
      if (found !== undefined) return found;
      await once(server, 'taken');
    }
  };
  return { port: address.port, end, count: () => ends.length };
}

async function start(t: TestContext) {
  const server = await startServer(t);
  const proxy = await TcpProxy.start(t, server.port);
  const dial = (): End => {
    const socket = connect({ host: '127.0.0.1', port: proxy.port });
    onEnd(t, () => socket.destroy());
    return endOf(socket);
  };
  return { server, proxy, dial };
}

/** Resolves when the system has accepted all of it, which depends on the reads of the other side. */
async function flood({ socket }: End): Promise<void> {
  await new Promise<void>((done) => {
    socket.write(Buffer.alloc(floodBytes, 'x'), () => done());
  });
}

test('bytes pass unchanged in both directions', async (t) => {
  const { server, dial } = await start(t);
  const client = dial();
  client.socket.write('question');
  const peer = await server.end(0);
  await peer.hears('question');
  peer.socket.write('answer');
  await client.hears('answer');
  assert.deepEqual([peer.heard(), client.heard()], ['question', 'answer']);
});

test('bytes are delayed in each direction, and keep their order when the delay becomes shorter', async (t) => {
  const { server, proxy, dial } = await start(t);
  const client = dial();
  client.socket.write('a');
  const peer = await server.end(0);
  await peer.hears('a');
  proxy.delayMs = 80;
  for (const [from, to] of [
    [client, peer],
    [peer, client],
  ] as const) {
    const sentAtMs = performance.now();
    from.socket.write('slow');
    await to.hears('slow');
    const tookMs = performance.now() - sentAtMs;
    // A timer of Node may be early by a millisecond.
    assert.ok(tookMs >= proxy.delayMs - 2, `${tookMs} ms`);
  }
  // The first message is at the proxy when the second is sent, because another connection was answered in between.
  client.socket.write('[first]');
  const other = dial();
  other.socket.write('other');
  await (await server.end(1)).hears('other');
  client.socket.write('[held]');
  const third = dial();
  third.socket.write('third');
  await (await server.end(2)).hears('third');
  proxy.delayMs = 0;
  client.socket.write('[quick]');
  await peer.hears('[quick]');
  assert.match(peer.heard(), /\[first\]\[held\]\[quick\]$/);
});

test('while it is silent, nothing that either side sends arrives, and the connection does not continue', async (t) => {
  const { server, proxy, dial } = await start(t);
  const client = dial();
  client.socket.write('before');
  const peer = await server.end(0);
  await peer.hears('before');
  proxy.mode = 'silent';
  await flood(client);
  await flood(peer);
  assert.deepEqual([peer.heard(), client.heard()], ['before', '']);
  proxy.mode = 'pass';
  await Promise.all([client.closed, peer.closed]);
  assert.deepEqual([peer.heard(), client.heard()], ['before', '']);
  const next = dial();
  next.socket.write('after');
  await (await server.end(1)).hears('after');
});

test('while it refuses, clients are turned away, and the server sees no connection', async (t) => {
  const { server, proxy, dial } = await start(t);
  proxy.mode = 'refuse';
  const client = dial();
  client.socket.write('anybody?');
  await client.closed;
  assert.equal(client.heard(), '');
  proxy.mode = 'pass';
  const next = dial();
  next.socket.write('now?');
  await (await server.end(0)).hears('now?');
  assert.equal(server.count(), 1);
});

test('a cut before a message loses the message, a cut after it loses the answer; other connections continue', async (t) => {
  const { server, proxy, dial } = await start(t);
  const other = dial();
  other.socket.write('hello');
  const otherPeer = await server.end(0);
  await otherPeer.hears('hello');
  for (const [number, place] of [
    [1, 'before'],
    [2, 'behind'],
  ] as const) {
    const client = dial();
    client.socket.write('BEGIN;');
    const peer = await server.end(number);
    await peer.hears('BEGIN;');
    const cut = proxy.cutAt('COMMIT', place);
    client.socket.write('COMMIT');
    if (place === 'behind') {
      await peer.hears('COMMIT');
      peer.socket.write('COMMIT');
    }
    await cut;
    await Promise.all([client.closed, peer.closed]);
    assert.equal(peer.heard(), place === 'before' ? 'BEGIN;' : 'BEGIN;COMMIT', place);
    assert.equal(client.heard(), '', place);
  }
  // The fault was for one connection: the same text passes afterwards.
  other.socket.write('COMMIT');
  await otherPeer.hears('COMMIT');
});

test('when the target changes, all connections are cut, and new ones lead to the new target', async (t) => {
  const { server, proxy, dial } = await start(t);
  const elsewhere = await startServer(t);
  const client = dial();
  client.socket.write('here');
  const peer = await server.end(0);
  await peer.hears('here');
  proxy.pointTo(elsewhere.port);
  await Promise.all([client.closed, peer.closed]);
  dial().socket.write('there');
  await (await elsewhere.end(0)).hears('there');
  assert.equal(server.count(), 1);
});
