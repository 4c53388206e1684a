import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type TestContext, test } from 'node:test';
import { type FailedAttempt, type SentBulk, UsageClient } from './usage-client.ts';

const items = [{ agent: 'a', serviceId: 's', requests: 1, id: 'i' }];
const enough = new Error('one failure is enough');
type Attempt = SentBulk | ({ readonly kind: 'failed' } & FailedAttempt);

/** The result of the first attempt to send a bulk. */
async function firstAttempt(client: UsageClient): Promise<Attempt> {
  const failures: FailedAttempt[] = [];
  const onFailure = (failure: FailedAttempt) => {
    failures.push(failure);
    ended.abort(enough);
  };
  const ended = new AbortController();
  try {
    return await client.sendBulk(items, { signal: ended.signal, onSend: () => undefined, onFailure });
  } catch (error) {
    const [failure] = failures;
    if (failure === undefined || error !== enough) throw error;
    return { kind: 'failed', ...failure };
  }
}

/** Sends a bulk to a server with the given behaviour. */
async function attemptAt(t: TestContext, listener: RequestListener, timeoutMs = 10_000) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  return await firstAttempt(new UsageClient({ url: urlOf(server), apiKey: 'k', tenant: 't', timeoutMs }));
}

function urlOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

/** Every attempt that ends an ingestion also names the next step. */
function withoutAdvice(attempt: Attempt): object {
  if (attempt.kind === 'answered') return attempt;
  const { advice, ...others } = attempt;
  assert.match(advice, /^[A-Z].*\.$/);
  return others;
}

test('an answer that reports a temporary fault is retried', async (t) => {
  for (const status of [408, 425, 429, 500, 502, 503]) {
    const attempt = await attemptAt(t, (_request, response) => response.writeHead(status).end('no JSON'));
    assert.deepEqual(withoutAdvice(attempt), {
      kind: 'failed',
      reason: String(status),
      isReached: true,
    });
  }
  const attempt = await attemptAt(t, (_request, response) =>
    response
      .writeHead(503, { 'retry-after': '7' })
      .end('{"error":"overloaded","message":"m","requestId":"r"}'),
  );
  assert.deepEqual(withoutAdvice(attempt), {
    kind: 'failed',
    reason: '503 overloaded - m (request r)',
    isReached: true,
  });
});

test('a lost connection is retried, whether it breaks before, within or after the head of the answer', async (t) => {
  const lost = await attemptAt(t, (request) => request.socket.destroy());
  assert.equal(lost.kind, 'failed');
  const cut = await attemptAt(t, (_request, response) => {
    response.writeHead(201, { 'content-length': '100' }).write('{"results"');
    setImmediate(() => response.destroy());
  });
  assert.equal(cut.kind, 'failed');
  const silent = await attemptAt(t, () => undefined, 50);
  const { reason, ...others } = { reason: '', ...withoutAdvice(silent) };
  assert.match(reason, /^no answer from http:\/\/127\.0\.0\.1:\d+ within 0\.05 s$/);
  assert.deepEqual(others, { kind: 'failed', isReached: false });
});

test('a request to a server that cannot be reached is retried', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = urlOf(server);
  server.close();
  await once(server, 'close');
  const client = new UsageClient({ url, apiKey: undefined, tenant: undefined, timeoutMs: 10_000 });
  const attempt = await firstAttempt(client);
  assert.equal(attempt.kind, 'failed');
  if (attempt.kind === 'failed')
    assert.match(
      attempt.reason,
      /^no server listens at http:\/\/127.*\(connection refused\): start the server/,
    );
});

test('an answer that a retry cannot change is not retried', async (t) => {
  for (const status of [400, 401, 403, 404, 409, 413, 501]) {
    const attempt = await attemptAt(t, (_request, response) => response.writeHead(status).end());
    assert.equal(attempt.kind, 'rejected', String(status));
  }
  const expired = await attemptAt(t, (_request, response) => response.writeHead(410).end());
  assert.equal(expired.kind, 'key_expired');
});

test('the API key is not sent after a redirect', async (t) => {
  const paths: (string | undefined)[] = [];
  const attempt = await attemptAt(t, (request, response) => {
    paths.push(request.url);
    response.writeHead(308, { location: '/elsewhere' }).end();
  });
  assert.equal(attempt.kind, 'rejected');
  assert.deepEqual(paths, ['/api/v1/usage/bulk']);
});

test('an answer from another program, or one without a result for an item, is never a success', async (t) => {
  for (const body of ['<html>', '{}', '{"results":[]}']) {
    const attempt = await attemptAt(t, (_request, response) => response.writeHead(201).end(body));
    assert.equal(attempt.kind, 'rejected', body);
  }
  const page = await attemptAt(t, (_request, response) => response.writeHead(200).end('welcome'));
  assert.equal(page.kind, 'rejected');
});

test('a bulk is sent with its key, the API key and the tenant', async (t) => {
  const seen: unknown[] = [];
  let key: unknown;
  const body = '{"results":[{"index":0,"ok":true,"total":1,"status":"recorded"}]}';
  const attempt = await attemptAt(t, (request, response) => {
    const { headers } = request;
    key = headers['idempotency-key'];
    seen.push(headers['x-api-key'], headers['x-tenant'], headers['content-type']);
    response.writeHead(201).end(body);
  });
  assert.equal(attempt.kind, 'answered');
  assert.deepEqual(seen, ['k', 't', 'application/json']);
  assert.match(String(key), /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
});
