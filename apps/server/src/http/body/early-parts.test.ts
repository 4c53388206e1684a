import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { BodyRoom } from './body-room.ts';
import { takePartsEarly } from './early-parts.ts';
import { readBody } from './read-body.ts';

type Handler = (request: IncomingMessage, answer: ServerResponse) => Promise<void>;

/** Returns what a server with this handler answers to these bytes until it closes the connection. */
async function answersTo(t: TestContext, bytes: string, handle: Handler): Promise<string> {
  const server = createServer((request, answer) => {
    takePartsEarly(request, answer);
    handle(request, answer).catch((error: unknown) => {
      answer.end(error instanceof Error ? error.message : 'unknown');
    });
  });
  t.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const socket = connect(address.port, '127.0.0.1').setEncoding('utf8');
  let text = '';
  socket.on('data', (part: string) => {
    text += part;
  });
  socket.write(bytes);
  await once(socket, 'end');
  socket.destroy();
  return text;
}

const read = (request: IncomingMessage) =>
  readBody(request, {
    bytesMax: 1_000_000,
    announced: undefined,
    place: new BodyRoom(64_000_000).place('acme'),
    turn: async () => undefined,
  });

/** Like a lookup of a key: everything that one read of the socket returned has been handed over before it ends. */
const later = () => new Promise((resolve) => setImmediate(resolve));

const head = 'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n';
const last = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
const chunks = (text: string, bytes: number) =>
  Array.from({ length: text.length / bytes }, (_, at) => {
    const chunk = text.slice(at * bytes, (at + 1) * bytes);
    return `${bytes.toString(16)}\r\n${chunk}\r\n`;
  }).join('');

test('a body in chunks is whole, no matter whether its reader comes before or after its end', async (t) => {
  const text = 'abcdefghij'.repeat(20_000);
  for (const bytes of [20, 1_000, 100_000]) {
    for (const wait of [async () => undefined, later]) {
      const request = `${head}Connection: close\r\n\r\n${chunks(text, bytes)}0\r\n\r\n`;
      const answer = await answersTo(t, request, async (received, reply) => {
        await wait();
        reply.end((await read(received)).toString() === text ? 'whole' : 'torn');
      });
      assert.match(answer, /whole/);
    }
  }
});

test('a body in tiny chunks that has come before its reader is refused', async (t) => {
  const bytes = `${head}Connection: close\r\n\r\n${chunks(' '.repeat(9_000), 1)}0\r\n\r\n`;
  const answer = await answersTo(t, bytes, async (request, reply) => {
    await later();
    reply.end((await read(request)).toString());
  });
  assert.match(answer, /too many small chunks/);
});

test('a body that no one reads does not keep its connection from the next request', async (t) => {
  for (const body of [chunks(' '.repeat(9_000), 1), chunks(' '.repeat(300_000), 1_000)]) {
    const answer = await answersTo(t, `${head}\r\n${body}0\r\n\r\n${last}`, async (request, reply) => {
      await later();
      reply.end(`${request.method} is answered`);
    });
    assert.match(answer, /POST is answered/);
    assert.match(answer, /GET is answered/);
  }
});
