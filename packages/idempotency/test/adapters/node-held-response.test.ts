import assert from 'node:assert/strict';
import type { OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { NodeHandler } from '../../src/adapters/node.ts';
import { header, onTheWire, send, type WireAnswer } from '../../src/testing/adapter-laws/wire.ts';
import { keyed, twice } from './harness/held-answers.ts';
import { withServer } from './harness/protected-server.ts';
import { RawConnection } from './harness/raw-connection.ts';

test('a second head, and a header after the first write, are refused as in Node', async () => {
  const codes: unknown[] = [];
  const refused = (run: () => unknown) => {
    assert.throws(run, (error) => codes.push(error instanceof Error && 'code' in error && error.code) > 0);
  };
  await twice(
    (_request, response) => {
      response.writeHead(201, { 'X-One': '1' });
      refused(() => response.writeHead(202));
      refused(() => response.setHeader('X-Two', '2'));
      response.write('a');
      refused(() => response.removeHeader('X-One'));
      response.end('b');
    },
    (first, replay) => {
      assert.deepEqual(
        [first.status, replay.status, `${first.body}`, `${replay.body}`],
        [201, 201, 'ab', 'ab'],
      );
    },
  );
  assert.deepEqual(codes, Array(3).fill('ERR_HTTP_HEADERS_SENT'));
});

test('every form of headers that writeHead takes is kept', async () => {
  const forms: readonly (OutgoingHttpHeaders | OutgoingHttpHeader[])[] = [
    { 'Content-Type': 'text/plain', 'Set-Cookie': ['a=1', 'b=2'] },
    ['Content-Type', 'text/plain', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2'],
    [
      ['Content-Type', 'text/plain'],
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ],
  ];
  for (const form of forms) {
    await twice(
      (_request, response) => {
        response.writeHead(200, 'Fine', form).end('x');
      },
      (first, replay) => {
        assert.deepEqual(
          [header(first, 'content-type'), header(first, 'set-cookie')],
          ['text/plain', 'a=1, b=2'],
        );
        assert.deepEqual(
          [header(replay, 'content-type'), header(replay, 'set-cookie')],
          ['text/plain', undefined],
        );
      },
    );
  }
});

test('a write after the end is an error of the response, and changes neither answer nor record', async () => {
  const errors: unknown[] = [];
  await twice(
    async (_request, response) => {
      response.on('error', (error: Error & { readonly code?: string }) => errors.push(error.code));
      response.end('whole');
      response.write('more');
      await turn();
    },
    (first, replay) => assert.deepEqual([`${first.body}`, `${replay.body}`], ['whole', 'whole']),
  );
  assert.deepEqual(errors, ['ERR_STREAM_WRITE_AFTER_END']);
});

test('a buffer that the handler reuses after a write is sent as it was', async () => {
  await twice(
    (_request, response) => {
      const buffer = Buffer.from('first ');
      response.write(buffer);
      buffer.write('second');
      response.end(buffer);
    },
    (first, replay) => assert.deepEqual([`${first.body}`, `${replay.body}`], Array(2).fill('first second')),
  );
});

test('text in an encoding other than UTF-8 is kept as its bytes', async () => {
  await twice(
    (_request, response) => {
      response.write('e9', 'hex');
      response.end('é', 'latin1');
    },
    (first, replay) => {
      assert.deepEqual([...first.body], [0xe9, 0xe9]);
      assert.deepEqual([...replay.body], [0xe9, 0xe9]);
    },
  );
});

test('a HEAD and a 304 have no body, and neither do their replays', async () => {
  const headed: NodeHandler = (_request, response) => {
    response.writeHead(200, { ETag: '"7"', 'Content-Type': 'text/plain' }).end('not sent');
  };
  const same = (first: WireAnswer, replay: WireAnswer) => {
    assert.deepEqual([first.body.length, replay.body.length, first.status], [0, 0, replay.status]);
    assert.deepEqual([header(first, 'etag'), header(replay, 'etag')], ['"7"', '"7"']);
  };
  await twice(headed, same, 'HEAD');
  await twice((_request, response) => {
    response.writeHead(304, { ETag: '"7"' }).end();
  }, same);
});

test('trailers reach the client of the first answer, and the replay has its whole body', async () => {
  await withServer(
    (_request, response) => {
      response.writeHead(200, { Trailer: 'X-Sum', 'Transfer-Encoding': 'chunked' });
      response.write('body');
      response.addTrailers({ 'X-Sum': '42' });
      response.end();
    },
    async ({ port }) => {
      const connection = new RawConnection(port);
      connection.write(onTheWire(port, keyed));
      assert.match(
        await connection.until(/0\r\n[\s\S]*\r\n\r\n$/),
        /\r\n4\r\nbody\r\n0\r\nX-Sum: 42\r\n\r\n$/,
      );
      connection.end();
      assert.equal(`${(await send(port, keyed)).body}`, 'body');
    },
  );
});
