import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { sendingState } from './answer-progress.ts';

/** This is more than the buffers of the kernel hold. */
const bytes = 64 * 1_024 * 1_024;
const pem = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../test/fixtures/tls/one.${name}.pem`, import.meta.url)));

// If a version of Node removes these members from its handles, the server would cut off clients that read a large
// answer slowly.
test('the server knows how much of one large write the kernel has sent, in clear text and over TLS', async (t) => {
  const cert = pem('cert');
  const overTls = createTlsServer({ cert, key: pem('key') });
  await assertPartSent(t, createServer(), 'connection', (port) => connect(port, '127.0.0.1'));
  await assertPartSent(t, overTls, 'secureConnection', (port) =>
    connectTls({ port, host: '127.0.0.1', ca: cert, checkServerIdentity: () => undefined }),
  );
});

async function assertPartSent(
  t: TestContext,
  server: Server,
  opened: string,
  open: (port: number) => Socket,
): Promise<void> {
  server.listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  const accepted: Promise<Socket[]> = once(server, opened);
  const client = open(typeof address === 'object' && address !== null ? address.port : 0);
  t.after(() => client.destroy());
  client.on('error', () => undefined);
  const [socket] = await accepted;
  assert.ok(socket);
  socket.on('error', () => undefined);
  t.after(() => socket.destroy());
  socket.write(Buffer.alloc(bytes));
  const atFirst = sendingState(socket);
  let received = 0;
  client.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received > bytes / 2) client.pause();
  });
  while (!client.isPaused()) await immediate();
  const { sentBytes, waitingBytes } = sendingState(socket);
  const taken = sentBytes - atFirst.sentBytes;
  // The kernel has taken more than the client has read, because of its buffers.
  assert.ok(taken > bytes / 4 && taken < bytes, `${opened}: ${taken} bytes were taken`);
  assert.ok(waitingBytes > 0);
}
