import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { NodeHandler } from '../../src/adapters/node.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { Gate } from '../../src/testing/adapter-laws/gate.ts';
import { boundVerbs } from '../../src/testing/adapter-laws/law-app.ts';
import { header, onTheWire, send, type WireAnswer, write } from '../../src/testing/adapter-laws/wire.ts';
import { withServer } from './harness/protected-server.ts';
import { RawConnection } from './harness/raw-connection.ts';

// It has no types of its own.
const onHeaders: (response: ServerResponse, listener: () => void) => void = createRequire(import.meta.url)(
  'on-headers',
);

const keyed = { path: '/', headers: [['Idempotency-Key', 'k']] } as const;

/** Once these are answered, the server has heard of every client that hung up before. */
async function roundTrips(port: number): Promise<void> {
  for (let trip = 0; trip < 3; trip++) await send(port, { path: '/', method: 'GET' });
}

/** Sends one request twice and gives the first answer and its replay. */
async function twice(
  handler: NodeHandler,
  check: (first: WireAnswer, replay: WireAnswer) => void,
  method = 'POST',
): Promise<void> {
  let executions = 0;
  const counted: NodeHandler = (request, response) => {
    executions++;
    return handler(request, response);
  };
  const steps = async ({ port }: { readonly port: number }) => {
    const first = await send(port, { ...keyed, method });
    const replay = await send(port, { ...keyed, method });
    check(first, replay);
    assert.deepEqual([executions, header(replay, 'idempotency-replayed')], [1, 'true']);
  };
  await withServer(counted, steps, { methods: ['POST', 'HEAD'] });
}

test('a second head, and a header after the first write, are refused as Node does', async () => {
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

test('a buffer that the handler fills again after a write is sent as it was', async () => {
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

test('text in another encoding than UTF-8 is kept as its bytes', async () => {
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

test('a HEAD and a 304 have no body, and their replays neither', async () => {
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

test('listeners and callbacks hear of the end once, and only after the record was written', async () => {
  const heard: string[] = [];
  await withServer(
    (_request, response) => {
      for (const event of ['finish', 'close']) response.on(event, () => heard.push(event));
      response.write('a', () => heard.push('written'));
      response.end('b', () => heard.push('ended'));
      heard.push(`${response.headersSent} ${response.writableEnded} ${response.finished}`);
    },
    async ({ port, outcomes, ends }) => {
      ends.arrival().then(() => heard.push('stored'), assert.fail);
      await send(port, keyed);
      await turn();
      assert.deepEqual(outcomes, ['completed']);
    },
  );
  assert.deepEqual(
    heard.toSorted(),
    ['close', 'ended', 'finish', 'stored', 'true true true', 'written'].toSorted(),
  );
  assert.ok(heard.indexOf('stored') < heard.indexOf('finish'), `${heard}`);
});

test('a handler whose client hung up is not told before it has ended, and then once', async () => {
  const gate = new Gate();
  gate.close();
  const heard: string[] = [];
  let wasClosed: boolean | undefined;
  const handler: NodeHandler = async (request, response) => {
    if (request.method === 'GET') {
      response.end();
      return;
    }
    for (const event of ['close', 'finish']) response.on(event, () => heard.push(event));
    request.on('aborted', () => heard.push('aborted'));
    await gate.pass();
    wasClosed = response.closed || response.destroyed || request.destroyed;
    heard.push('ends');
    response.end('x');
  };
  await withServer(handler, async ({ port, ends, outcomes }) => {
    const socket = await write(port, onTheWire(port, { ...keyed, body: 'unread' }));
    await gate.arrival();
    socket.resetAndDestroy();
    await roundTrips(port);
    gate.open();
    await ends.arrival();
    await turn();
    assert.deepEqual(outcomes, ['completed']);
  });
  assert.equal(wasClosed, false);
  assert.deepEqual(heard, ['ends', 'close']);
});

for (const isGone of [false, true]) {
  const whose = isGone ? 'of a client that hung up' : 'of a client that waits';
  test(`an error after the first write, in an answer ${whose}, cuts the connection, and half an answer is not stored`, async () => {
    const gate = new Gate();
    gate.close();
    let executions = 0;
    const handler: NodeHandler = async (request, response) => {
      if (request.method === 'GET') {
        response.end();
        return;
      }
      executions++;
      response.write('half of');
      await gate.pass();
      throw new Error('in the middle');
    };
    await withServer(handler, async ({ port, outcomes, ends }) => {
      const socket = await write(port, onTheWire(port, keyed));
      const closed = once(socket, 'close');
      await gate.arrival();
      if (isGone) socket.resetAndDestroy();
      await roundTrips(port);
      gate.open();
      await Promise.all([closed, ends.arrival()]);
      assert.deepEqual(outcomes, ['abandoned']);
      const retry = await send(port, keyed);
      assert.deepEqual([retry.status, executions], [409, 1]);
      assert.match(`${retry.body}`, /idempotency_outcome_unknown/);
    });
  });
}

test('a status that is none is refused where the handler gives it', async () => {
  const thrown: unknown[] = [];
  await withServer(
    (_request, response) => {
      for (const status of [0, 99, 1000, Number.NaN]) {
        response.statusCode = status;
        assert.throws(() => response.end('x'), RangeError);
        thrown.push(status);
      }
      response.statusCode = 200;
      response.end('y');
    },
    async ({ port }) => assert.equal(`${(await send(port, keyed)).body}`, 'y'),
  );
  assert.equal(thrown.length, 4);
});

test('a coding of the handler’s own is undone for the record, and one that we do not know is not replayed as if it were none', async () => {
  let executions = 0;
  const handler: NodeHandler = (request, response) => {
    executions++;
    const coding = request.url === '/known' ? 'gzip' : 'unknown';
    response.writeHead(200, { 'Content-Encoding': coding }).end(gzipSync('hello'));
  };
  await withServer(handler, async ({ port }) => {
    await send(port, { ...keyed, path: '/known' });
    const replay = await send(port, { ...keyed, path: '/known' });
    assert.deepEqual([`${replay.body}`, header(replay, 'content-encoding')], ['hello', undefined]);
    const other = { path: '/other', headers: [['Idempotency-Key', 'other']] } as const;
    assert.deepEqual([(await send(port, other)).status, (await send(port, other)).status], [200, 410]);
    assert.equal(executions, 2);
  });
});

test('a coded answer that is too large when it is decoded is sent, and not stored as it is', async () => {
  const handler: NodeHandler = (_request, response) => {
    response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('x'.repeat(2000)));
  };
  await withServer(
    handler,
    async ({ port }) => {
      const [first, retry] = [await send(port, keyed), await send(port, keyed)];
      assert.deepEqual([first.status, retry.status], [200, 410]);
      assert.equal(`${gunzipSync(first.body)}`, 'x'.repeat(2000));
    },
    { answerBytesMax: 1000 },
  );
});

test('requests that are pipelined on one connection are answered in their order, each once', async () => {
  let executions = 0;
  const gate = new Gate();
  gate.close();
  const handler: NodeHandler = async (request, response) => {
    const at = ++executions;
    if (request.url === '/slow') await gate.pass();
    response.end(`answer ${at};`);
  };
  await withServer(handler, async ({ port }) => {
    const connection = new RawConnection(port);
    const wireOf = (path: string) => onTheWire(port, { path, headers: [['Idempotency-Key', path]] });
    connection.write(wireOf('/slow') + wireOf('/fast') + wireOf('/fast'));
    await gate.arrival();
    gate.open();
    const received = await connection.until(/(?:answer \d;[\s\S]*){3}$/);
    assert.deepEqual(received.match(/answer \d|idempotency-replayed/gi), [
      'answer 1',
      'answer 2',
      'idempotency-replayed',
      'answer 2',
    ]);
    connection.end();
  });
});

test('a client that asks for the end of its connection gets it, after a first answer and after a replay', async () => {
  await withServer(
    (_request, response) => {
      response.end('x');
    },
    async ({ port }) => {
      for (let times = 0; times < 2; times++) {
        const connection = new RawConnection(port);
        const headers = [...keyed.headers, ['Connection', 'close'] as const];
        connection.write(onTheWire(port, { ...keyed, headers }));
        assert.match(await connection.untilEnd(), /\r\nConnection: close\r\n(?:.+\r\n)*\r\nx$/i);
      }
    },
  );
});

test('a handler that fails after it has answered does not cut its answer', async () => {
  const body = 'x'.repeat(16 * 1024 * 1024);
  const handler: NodeHandler = async (_request, response) => {
    response.end(body);
    await turn();
    await turn();
    throw new Error('too late to matter');
  };
  const steps = async ({ port }: { readonly port: number }) => {
    assert.equal((await send(port, keyed)).body.length, body.length);
  };
  await withServer(handler, steps, { answerBytesMax: body.length });
});

test('a refusal in the place of an answer has nothing of that answer, and keeps what belongs to the exchange', async () => {
  const handler: NodeHandler = (_request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.writeHead(201, {
      ETag: '"7"',
      Location: '/7',
      'Content-Disposition': 'attachment',
      'Content-Length': 9,
    });
    response.end('123456789');
  };
  const steps = async ({ port }: { readonly port: number }) => {
    const refusal = await send(port, keyed);
    const names = ['etag', 'location', 'content-disposition', 'access-control-allow-origin', 'content-type'];
    const values = names.map((name) => header(refusal, name));
    assert.deepEqual(values, [undefined, undefined, undefined, '*', 'application/json; charset=utf-8']);
    assert.match(`${refusal.body}`, /idempotency_outcome_unknown.*\}$/);
  };
  await withServer(handler, steps, { store: { ...boundVerbs(memoryStore()), complete: () => false } });
});

test('headers that on-headers sets when the first byte is written are sent, kept and replayed', async () => {
  const waysToEnd: readonly NodeHandler[] = [
    (_request, response) => void response.end('x'),
    (_request, response) => void response.writeHead(200, { 'X-Other': '1' }).end('x'),
    (_request, response) => {
      response.write('x');
      response.end();
    },
    (_request, response) => {
      response.flushHeaders();
      response.end('x');
    },
  ];
  for (const end of waysToEnd) {
    let fired = 0;
    const handler: NodeHandler = (request, response) => {
      onHeaders(response, () => {
        fired++;
        response.setHeader('Set-Cookie', 'session=1');
        response.setHeader('Content-Language', 'pl');
      });
      return end(request, response);
    };
    await twice(handler, (first, replay) => {
      assert.deepEqual([header(first, 'set-cookie'), header(first, 'content-language')], ['session=1', 'pl']);
      assert.deepEqual([header(replay, 'set-cookie'), header(replay, 'content-language')], [undefined, 'pl']);
      assert.deepEqual([`${first.body}`, fired], ['x', 1]);
    });
  }
});
