import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { idempotent, operationOf } from '../../src/adapters/fetch.ts';
import type { ExecutionOutcome } from '../../src/core/observer.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { fetchSubject } from './harness/fetch-subject.ts';
import { runAdapterLaws } from './harness/run-adapter-laws.ts';

runAdapterLaws('handlers of the Fetch API', fetchSubject);

const tenantOf = () => 'ada';
const url = 'http://localhost/charges';

function post(key: string, init: RequestInit = {}): Request {
  return new Request(url, { method: 'POST', headers: { 'Idempotency-Key': key }, ...init });
}

/** A protected handler, and the outcomes of its operations. */
function watched(handler: (request: Request) => Response | Promise<Response>) {
  const outcomes: ExecutionOutcome[] = [];
  const answer = idempotent(
    {
      store: memoryStore(),
      tenantOf,
      observer: (event) => event.kind === 'execution_ended' && outcomes.push(event.outcome),
    },
    handler,
  );
  return { answer, outcomes };
}

describe('a handler of the Fetch API', () => {
  test('is not protected if no option identifies callers', () => {
    const handler = () => new Response();
    assert.throws(() => idempotent({ store: memoryStore() }, handler), /tenantOf or addressOf must be given/);
    const mistaken: object = { tenantOf: 'ada', addressOf: 1, fingerprintBody: 2 };
    assert.throws(
      () => idempotent({ store: memoryStore(), ...mistaken }, handler),
      /tenantOf must be a function; addressOf must be a function; fingerprintBody must be a function/,
    );
  });

  test('is not run for two quoted keys, which Headers joins into one line', async () => {
    const { answer, outcomes } = watched(() => new Response());
    const headers = new Headers([
      ['Idempotency-Key', '"a"'],
      ['Idempotency-Key', '"b"'],
    ]);
    assert.equal(headers.get('idempotency-key'), '"a", "b"');
    const response = await answer(new Request(url, { method: 'POST', headers }));
    assert.equal(response.status, 400);
    assert.match(await response.text(), /after the closing quote/);
    assert.deepEqual(outcomes, []);
  });

  test('is protected for a method in lower case, which Request does not change', async () => {
    const { answer, outcomes } = watched(() => new Response('made'));
    assert.equal(post('k', { method: 'patch' }).method, 'patch');
    for (const replayed of [null, 'true']) {
      const response = await answer(post('k', { method: 'patch' }));
      assert.equal(response.headers.get('idempotency-replayed'), replayed);
    }
    assert.deepEqual(outcomes, ['completed']);
  });

  test('is not run for an unknown caller', async () => {
    const options = { store: memoryStore(), addressOf: () => undefined };
    const response = await idempotent(options, () => assert.fail('the handler ran'))(post('k'));
    assert.equal(response.status, 500);
    assert.match(await response.text(), /caller_unknown/);
  });

  test("may return its tenant as a promise, and receives the runtime's further arguments", async () => {
    const answer = idempotent(
      { store: memoryStore(), tenantOf: async (_request: Request, tenant: string) => tenant },
      (_request, tenant) => new Response(tenant),
    );
    assert.equal(await (await answer(post('k'), 'ada')).text(), 'ada');
    assert.equal(await (await answer(post('k'), 'bob')).text(), 'bob');
  });

  test('receives a request with the same bytes, headers and method, and a signal that is not the client’s', async () => {
    const client = new AbortController();
    let seen: AbortSignal | undefined;
    const { answer, outcomes } = watched(async (request) => {
      client.abort();
      seen = request.signal;
      assert.equal(operationOf(request)?.key, 'k');
      const forwarded = new Request(request);
      assert.equal(forwarded.signal.aborted, false);
      return new Response(`${request.method} ${request.headers.get('x-of')} ${await forwarded.text()}`);
    });
    const headers = { 'Idempotency-Key': 'k', 'X-Of': 'the client' };
    const response = await answer(post('k', { headers, body: 'bytes', signal: client.signal }));
    assert.equal(await response.text(), 'POST the client bytes');
    assert.equal(seen?.aborted, false);
    assert.deepEqual(outcomes, ['completed']);
  });

  test('of a framework with its own class of requests receives that very request', async () => {
    class OwnRequest extends Request {
      readonly nextUrl = new URL(this.url);
    }
    const client = new AbortController();
    const answer = idempotent({ store: memoryStore(), tenantOf }, async (request: OwnRequest) => {
      client.abort();
      assert.equal(request.signal.aborted, false);
      return new Response(`${request.nextUrl.pathname} ${await request.text()} ${operationOf(request)?.key}`);
    });
    const request = () => new OwnRequest(post('k', { body: 'bytes', signal: client.signal }));
    assert.equal(await (await answer(request())).text(), '/charges bytes k');
    assert.equal((await answer(request())).headers.get('idempotency-replayed'), 'true');
  });

  test('is protected once if it is wrapped twice', async () => {
    const store = memoryStore();
    const inner = idempotent({ store, tenantOf }, () => new Response('once'));
    assert.equal(
      await (await idempotent({ store, tenantOf }, inner)(post('k', { body: 'x' }))).text(),
      'once',
    );
  });

  test('sends every header and cookie of its answer, with the text of its status', async () => {
    const { answer } = watched(() => {
      const response = new Response('made', {
        status: 201,
        statusText: 'Made',
        headers: { 'X-Other': 'kept' },
      });
      response.headers.append('Set-Cookie', 'a=1');
      response.headers.append('Set-Cookie', 'b=2');
      return response;
    });
    const response = await answer(post('k'));
    assert.deepEqual([response.status, response.statusText], [201, 'Made']);
    assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2']);
    assert.equal(response.headers.get('x-other'), 'kept');
    assert.deepEqual((await answer(post('k'))).headers.getSetCookie(), []);
  });

  test('that answers with a network error leaves an abandoned operation', async () => {
    const { answer, outcomes } = watched(() => Response.error());
    assert.equal((await answer(post('k'))).type, 'error');
    assert.deepEqual(outcomes, ['abandoned']);
    assert.equal((await answer(post('k'))).status, 409);
  });

  test('that redirects by an exception, as in Next.js, has its redirection kept, and the exception is rethrown', async () => {
    let executions = 0;
    const redirection = Object.assign(new Error('NEXT_REDIRECT'), {
      digest: 'NEXT_REDIRECT;replace;/charges/1;a=b;303;',
    });
    const { answer, outcomes } = watched(() => {
      executions++;
      throw redirection;
    });
    await assert.rejects(answer(post('k')), redirection);
    const replay = await answer(post('k'));
    assert.deepEqual([replay.status, replay.headers.get('location')], [303, '/charges/1;a=b']);
    assert.deepEqual([executions, outcomes], [1, ['completed']]);
  });

  test('that answers 404 by an exception, as in Next.js, has that answer kept', async () => {
    for (const digest of ['NEXT_NOT_FOUND', 'NEXT_HTTP_ERROR_FALLBACK;404']) {
      const { answer } = watched(() => {
        throw Object.assign(new Error('not found'), { digest });
      });
      await assert.rejects(answer(post('k')));
      assert.equal((await answer(post('k'))).status, 404);
    }
  });

  test('that returns no Response is a failure: the answer is not kept', async () => {
    const nothing = (): Response => JSON.parse('{}');
    const { answer, outcomes } = watched(nothing);
    await assert.rejects(answer(post('k')), /did not answer with a Response/);
    assert.deepEqual(outcomes, ['released']);
  });

  test('is compared by the result of fingerprintBody for a copy, so the boundaries of a form may differ', async () => {
    const fingerprintBody = async (request: Request) => [...(await request.formData())];
    const answer = idempotent({ store: memoryStore(), tenantOf, fingerprintBody }, async (request) => {
      return Response.json([...(await request.formData())]);
    });
    const form = (amount: string) => {
      const body = new FormData();
      body.append('amount', amount);
      return post('k', { body });
    };
    assert.equal(await (await answer(form('1'))).text(), '[["amount","1"]]');
    assert.equal((await answer(form('1'))).headers.get('idempotency-replayed'), 'true');
    assert.equal((await answer(form('2'))).status, 409);
  });

  test('cannot be protected once the body was read: that is an error, and nothing is executed', async () => {
    const { answer, outcomes } = watched(() => new Response());
    const request = post('k', { body: 'bytes' });
    await request.text();
    await assert.rejects(answer(request), /the body was read before/);
    assert.deepEqual(outcomes, []);
  });

  test('that answers in an unknown coding is not replayed in it', async () => {
    const { answer } = watched(() => new Response('??', { headers: { 'Content-Encoding': 'unknown' } }));
    assert.equal((await answer(post('k'))).status, 200);
    assert.equal((await answer(post('k'))).status, 410);
  });
});
