import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { assertRefusal, assertReplay, newKey, withApp } from './law-app.ts';
import type { AdapterLaw, BodyParserPlace } from './subject.ts';
import { json } from './wire.ts';

const placed: Readonly<Record<BodyParserPlace, string>> = {
  none: 'without a body parser',
  before: 'with the body parser before the protection',
  after: 'with the body parser after the protection',
};

const places: readonly BodyParserPlace[] = ['none', 'before', 'after'];

function isRead(bodyParser: BodyParserPlace): AdapterLaw {
  return {
    id: `body-parser-${bodyParser}`,
    sentence: `The handler reads the whole body ${placed[bodyParser]}; JSON with reordered members is the same request, JSON with another value is not.`,
    concerns: ({ bodyParsers }) => bodyParsers.includes(bodyParser),
    run: (subject) =>
      withApp(subject, { bodyParser }, async (app) => {
        const key = newKey();
        const note = 'ł🙂'.repeat(10_000);
        const body = JSON.stringify({ amount: 12.5, note, tags: ['a', 'b'] });
        const first = await app.post('echo', { key, body });
        assert.deepEqual(json(first), { id: 1, body: JSON.parse(body) });
        assertReplay(await app.post('echo', { key, body, chunkBytes: 1000 }), first);
        const reordered = `{ "tags":["a","b"], "note":${JSON.stringify(note)}, "amount":1.25e1 }`;
        assertReplay(await app.post('echo', { key, body: reordered }), first);
        const other = body.replace('12.5', '12.6');
        assertRefusal(await app.post('echo', { key, body: other }), 409, 'idempotency_conflict');
        assert.equal(app.work.executions, 1);
        const chunked = await app.post('echo', { key: newKey(), body, chunkBytes: 777 });
        assert.deepEqual(json(chunked), { id: 2, body: JSON.parse(body) });
      }),
  };
}

function isBounded(bodyParser: BodyParserPlace): AdapterLaw {
  return {
    id: `body-too-large-${bodyParser}`,
    sentence: `A body over \`requestBytesMax\` is refused with 413, ${placed[bodyParser]}, with or without a declared length; nothing is executed.`,
    concerns: ({ bodyParsers }) => bodyParsers.includes(bodyParser),
    run: (subject) =>
      withApp(subject, { bodyParser, options: { requestBytesMax: 1000 } }, async (app) => {
        const bodyOf = (bytes: number) => JSON.stringify({ pad: 'x'.repeat(bytes - 10) });
        assert.equal(bodyOf(1000).length, 1000);
        const key = newKey();
        assertRefusal(await app.post('echo', { key, body: bodyOf(1001) }), 413, 'payload_too_large');
        assertRefusal(
          await app.post('echo', { key, body: bodyOf(1001), chunkBytes: 100 }),
          413,
          'payload_too_large',
        );
        assert.equal(app.work.executions, 0);
        assert.equal((await app.post('echo', { key, body: bodyOf(1000) })).status, 200);
        assert.equal(app.work.executions, 1);
      }),
  };
}

function isOfTheApp(bodyParser: BodyParserPlace): AdapterLaw {
  return {
    id: `body-bound-of-the-app-${bodyParser}`,
    sentence: `A body over the default of \`requestBytesMax\` is accepted if the application allows it, ${placed[bodyParser]}.`,
    concerns: ({ bodyParsers }) => bodyParsers.includes(bodyParser),
    run: (subject) =>
      withApp(subject, { bodyParser, options: { requestBytesMax: 3_000_000 } }, async (app) => {
        const wish = { key: newKey(), body: JSON.stringify({ pad: 'x'.repeat(1_500_000) }) };
        const first = await app.post('json', wish);
        assert.equal(first.status, 201);
        assertReplay(await app.post('json', wish), first);
      }),
  };
}

const form = (boundary: string, amount: string, file: string) => ({
  headers: [['Content-Type', `multipart/form-data; boundary=${boundary}`]] as const,
  body: [
    `--${boundary}`,
    'Content-Disposition: form-data; name="amount"',
    '',
    amount,
    `--${boundary}`,
    'Content-Disposition: form-data; name="file"; filename="a.txt"',
    'Content-Type: text/plain',
    '',
    file,
    `--${boundary}--`,
    '',
  ].join('\r\n'),
});

/** How the bodies of requests are handled. */
export const bodyLaws: readonly AdapterLaw[] = [
  {
    id: 'form-by-its-parts',
    sentence:
      'A form is compared by its parts: with another boundary it is the same request, with another field or file it is not.',
    concerns: ({ bodyParsers }) => bodyParsers.includes('none'),
    run: (subject) =>
      withApp(subject, { bodyParser: 'none' }, async (app) => {
        const key = newKey();
        const first = await app.post('json', { key, ...form('one', '1', 'text\r\n--o') });
        assertReplay(await app.post('json', { key, ...form('another', '1', 'text\r\n--o') }), first);
        for (const other of [form('one', '2', 'text\r\n--o'), form('one', '1', 'text')])
          assertRefusal(await app.post('json', { key, ...other }), 409, 'idempotency_conflict');
        assert.equal(app.work.executions, 1);
      }),
  },
  {
    id: 'coded-body-by-its-content',
    sentence:
      'A body with a content coding is compared by its decoded content: two ways to compress it are the same request.',
    concerns: ({ bodyParsers }) => bodyParsers.includes('none'),
    run: (subject) =>
      withApp(subject, { bodyParser: 'none' }, async (app) => {
        const key = newKey();
        const coded = (text: string, level: number) => ({
          headers: [
            ['Content-Type', 'application/json'],
            ['Content-Encoding', 'gzip'],
          ] as const,
          body: gzipSync(text, { level }),
        });
        const text = JSON.stringify({ amount: 1, pad: 'x'.repeat(500) });
        const first = await app.post('json', { key, ...coded(text, 1) });
        assertReplay(await app.post('json', { key, ...coded(text, 9) }), first);
        assertRefusal(
          await app.post('json', { key, ...coded(text.replace('1', '2'), 1) }),
          409,
          'idempotency_conflict',
        );
        assert.equal(app.work.executions, 1);
      }),
  },
  ...places.map(isRead),
  ...places.filter((place) => place !== 'before').map(isBounded),
  ...places.map(isOfTheApp),
];
