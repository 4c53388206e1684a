import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { NodeHandler } from '../../src/adapters/node.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { Gate } from '../../src/testing/adapter-laws/gate.ts';
import { boundVerbs } from '../../src/testing/adapter-laws/law-app.ts';
import { header, onTheWire, send } from '../../src/testing/adapter-laws/wire.ts';
import { keyed, twice } from './harness/held-answers.ts';
import { withServer } from './harness/protected-server.ts';
import { RawConnection } from './harness/raw-connection.ts';

// The package has no types.
const onHeaders: (response: ServerResponse, listener: () => void) => void = createRequire(import.meta.url)(
  'on-headers',
);

test('a known coding of the handler is undone for the record, and an unknown one is not replayed', async () => {
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

test('a coded answer that is too large after decoding is sent, and not stored', async () => {
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

test('pipelined requests on one connection are answered in order, each once', async () => {
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

test('a client that asks to close its connection gets that, after a first answer and after a replay', async () => {
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

test('a handler that fails after it has answered does not cut off its answer', async () => {
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

test('a refusal that replaces an answer has nothing of it, and keeps the headers of the exchange', async () => {
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
