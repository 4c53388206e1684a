import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { NodeHandler } from '../../src/adapters/node.ts';
import { send } from '../../src/testing/adapter-laws/wire.ts';
import { withServer } from './harness/protected-server.ts';
import { RawConnection } from './harness/raw-connection.ts';

const headers = [['Idempotency-Key', 'k']] as const;

const echo: NodeHandler = async (request, response) => {
  response.end(await text(request));
};

/** A handler in the style from before streams could be awaited. */
const listeningEcho: NodeHandler = (request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => response.end(`[${body}]`));
};

test('a body that is empty although it was announced ends for its reader', async () => {
  await withServer(listeningEcho, async ({ port }) => {
    const connection = new RawConnection(port);
    connection.write(
      'POST / HTTP/1.1',
      'Host: x',
      'Idempotency-Key: k',
      'Transfer-Encoding: chunked',
      '',
      '0',
      '',
      '',
    );
    assert.match(await connection.until(/\[\]$/), /^HTTP\/1.1 200/);
    connection.end();
  });
});

test('a body that arrives byte by byte, in split characters, is read whole', async () => {
  await withServer(listeningEcho, async ({ port }) => {
    const sent = await send(port, { path: '/', headers, body: 'łódź 🙂', chunkBytes: 1 });
    assert.equal(`${sent.body}`, '[łódź 🙂]');
  });
});

test('a client that waits for 100 Continue receives it', async () => {
  await withServer(echo, async ({ port }) => {
    const connection = new RawConnection(port);
    connection.write(
      'POST / HTTP/1.1',
      'Host: x',
      'Idempotency-Key: k',
      'Expect: 100-continue',
      'Content-Length: 4',
      '',
      '',
    );
    await connection.until(/^HTTP\/1.1 100 Continue\r\n\r\n/);
    connection.write('body');
    assert.match(await connection.until(/body$/), /HTTP\/1.1 200/);
    connection.end();
  });
});

test('a large body that is read slowly arrives complete', async () => {
  const body = 'abcdefgh'.repeat(100_000);
  const slow: NodeHandler = async (request, response) => {
    let bytes = 0;
    for await (const chunk of request) bytes += Buffer.from(chunk).length;
    response.end(String(bytes));
  };
  await withServer(slow, async ({ port }) => {
    assert.equal(`${(await send(port, { path: '/', headers, body })).body}`, String(body.length));
  });
});

test('a client that sends far too much reads its 413, and its connection stays usable', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await withServer(
    echo,
    async ({ port }) => {
      const body = 'x'.repeat(5_000_000);
      for (const chunkBytes of [undefined, 65_536]) {
        const wire = { path: '/', headers, body, ...(chunkBytes === undefined ? {} : { chunkBytes }) };
        const answer = await send(port, wire, agent);
        assert.equal(answer.status, 413);
        assert.match(`${answer.body}`, /payload_too_large/);
      }
      assert.equal(`${(await send(port, { path: '/', headers, body: 'fits' }, agent)).body}`, 'fits');
    },
    { requestBytesMax: 1000 },
  );
  agent.destroy();
});
