import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createIdempotentFetch } from './idempotent-fetch.ts';
import { ManualFetch } from './test/manual-fetch.ts';
import { answer, reset, scriptedServer } from './test/scripted-server.ts';

const text = 'größer';
const bytes = new TextEncoder().encode(text);

function form(): FormData {
  const made = new FormData();
  made.append('name', 'a "quoted" one');
  made.append('file', new Blob([new Uint8Array([45, 45, 0, 255, 13, 10])], { type: 'image/png' }), 'a.png');
  return made;
}

async function start(t: TestContext, bodyBytesMax?: number) {
  const server = await scriptedServer(t, reset, answer(503), answer(201));
  const manual = new ManualFetch();
  const options = {
    fetch: manual.fetch,
    clock: manual,
    ...(bodyBytesMax === undefined ? {} : { bodyBytesMax }),
  };
  return { ...server, idempotentFetch: createIdempotentFetch(options) };
}

const bodies: readonly (readonly [name: string, make: () => NonNullable<RequestInit['body']>])[] = [
  ['a text', () => text],
  ['bytes', () => bytes],
  ['an ArrayBuffer', () => bytes.slice().buffer],
  ['a Blob', () => new Blob([bytes], { type: 'text/plain' })],
  ['a stream', () => new Blob([bytes]).stream()],
  ['parameters', () => new URLSearchParams({ text })],
  ['a form', form],
  ['an empty text', () => ''],
];

for (const [name, make] of bodies) {
  test(`${name} has the same body and type on each attempt, and the type that fetch sends`, async (t) => {
    const { url, seen, idempotentFetch } = await start(t);
    assert.equal((await idempotentFetch(url, { method: 'POST', body: make() })).status, 201);
    const plain = new Request(url, { method: 'POST', body: make(), duplex: 'half' });
    const expectedType = plain.headers.get('content-type') ?? undefined;
    if (!expectedType?.startsWith('multipart/')) {
      assert.deepEqual(seen[0]?.body, Buffer.from(await plain.arrayBuffer()));
      assert.equal(seen[0]?.headers['content-type'], expectedType);
    }
    for (const attempt of seen) {
      assert.deepEqual(attempt.body, seen[0]?.body);
      assert.equal(attempt.headers['content-type'], seen[0]?.headers['content-type']);
    }
    assert.equal(seen.length, 3);
  });

  test(`${name} as the body of a Request is the same on each attempt`, async (t) => {
    const { url, seen, idempotentFetch } = await start(t);
    const init = {
      method: 'POST',
      body: make(),
      duplex: 'half',
      headers: { 'x-of': 'the request' },
    } as const;
    assert.equal((await idempotentFetch(new Request(url, init))).status, 201);
    for (const attempt of seen) {
      assert.equal(attempt.headers['x-of'], 'the request');
      assert.deepEqual(attempt.body, seen[0]?.body);
    }
    assert.equal(seen.length, 3);
  });
}

test('a form has the same bytes in another call, and contains all fields that were put in', async (t) => {
  const { url, seen, idempotentFetch } = await start(t);
  await idempotentFetch(url, { method: 'POST', body: form() });
  await idempotentFetch(url, { method: 'POST', body: form() });
  assert.deepEqual(seen[0]?.body, seen[3]?.body);
  const contentType = seen[0]?.headers['content-type'] ?? '';
  const read = await new Response(new Uint8Array(seen[0]?.body ?? []), {
    headers: { 'content-type': contentType },
  }).formData();
  assert.equal(read.get('name'), 'a "quoted" one');
  const file = read.get('file');
  assert.ok(file instanceof File);
  assert.equal(file.name, 'a.png');
  assert.deepEqual(new Uint8Array(await file.arrayBuffer()), new Uint8Array([45, 45, 0, 255, 13, 10]));
});

test('another form has another boundary', async (t) => {
  const { url, seen, idempotentFetch } = await start(t);
  const other = form();
  other.append('more', '1');
  await idempotentFetch(url, { method: 'POST', body: form() });
  await idempotentFetch(url, { method: 'POST', body: other });
  assert.notEqual(seen[0]?.headers['content-type'], seen[3]?.headers['content-type']);
});

test('changes that the caller makes after the call are not sent', async (t) => {
  const { url, seen, idempotentFetch } = await start(t);
  const body = new Uint8Array([1, 2, 3]);
  const address = new URL(`${url}/first`);
  const answering = idempotentFetch(address, { method: 'POST', body });
  body.fill(9);
  address.pathname = '/second';
  await answering;
  for (const attempt of seen) {
    assert.deepEqual(attempt.body, Buffer.from([1, 2, 3]));
    assert.equal(attempt.path, '/first');
  }
});

test('a stream is read up to a limit, and a longer one is refused before anything is sent', async (t) => {
  const { url, seen, idempotentFetch } = await start(t, 100);
  const post = (size: number) =>
    idempotentFetch(url, { method: 'POST', body: new Blob(['x'.repeat(size)]).stream() });
  assert.equal((await post(100)).status, 201);
  const sent = seen.length;
  await assert.rejects(post(101), { code: 'body_too_large', attempts: 0 });
  await assert.rejects(idempotentFetch(new Request(url, { method: 'POST', body: 'x'.repeat(101) })), {
    code: 'body_too_large',
  });
  assert.equal(seen.length, sent);
  // A body that is already in memory needs no limit.
  assert.equal((await idempotentFetch(url, { method: 'POST', body: 'x'.repeat(101) })).status, 201);
});

test('a stream that does not end is given up when the caller aborts', async (t) => {
  const { url, seen, idempotentFetch } = await start(t);
  const abort = new AbortController();
  const body = new ReadableStream({
    pull: () => abort.abort(new Error('the user left')),
  });
  await assert.rejects(idempotentFetch(url, { method: 'POST', body, signal: abort.signal }), {
    message: 'the user left',
  });
  const endless = { method: 'POST', body: new ReadableStream(), signal: abort.signal };
  await assert.rejects(idempotentFetch(url, endless), { message: 'the user left' });
  assert.equal(seen.length, 0);
});

test('a request without a body has none on each attempt', async (t) => {
  const { url, seen, idempotentFetch } = await start(t);
  await idempotentFetch(new Request(url, { method: 'DELETE' }));
  assert.deepEqual(
    seen.map(({ method, body }) => [method, body.length]),
    [
      ['DELETE', 0],
      ['DELETE', 0],
      ['DELETE', 0],
    ],
  );
});

test('a mistake in the arguments throws immediately, with the same error as fetch', async (t) => {
  const { url, seen, idempotentFetch } = await start(t);
  await assert.rejects(idempotentFetch('no url'), TypeError);
  await assert.rejects(idempotentFetch(url, { method: 'GET', body: 'x' }), TypeError);
  await assert.rejects(idempotentFetch(url, { headers: { 'bad header': 'x' } }), TypeError);
  assert.equal(seen.length, 0);
});
