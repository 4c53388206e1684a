import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { codingFor, StaticAnswer } from './static-answer.ts';

test('the coding is one that the client accepts, and the smallest one if it has no preference', () => {
  const cases: Readonly<Record<string, string | undefined>> = {
    'gzip, deflate, br, zstd': 'br',
    'gzip, deflate': 'gzip',
    '*': 'br',
    'br;q=0.5, gzip;q=1.0': 'gzip',
    'br;q=0, *;q=0.1': 'gzip',
    'gzip;q=0': undefined,
    'GZIP ; Q=1': 'gzip',
    identity: undefined,
    'br;q=nonsense': undefined,
    ';;;,,,': undefined,
    '': undefined,
  };
  for (const [sent, coding] of Object.entries(cases)) assert.equal(codingFor(sent), coding, sent);
  assert.equal(codingFor(undefined), undefined);
});

test('each form has its bytes and its tag, and a client that already has a form is not sent it again', async () => {
  const text = 'billonce '.repeat(1_000);
  const page = new StaticAnswer(text, 'text/plain');
  const get = async (encoding: string, known?: string) => {
    const headers = {
      'accept-encoding': encoding,
      ...(known === undefined ? {} : { 'if-none-match': known }),
    };
    const { status, headers: fields, body } = await page.answer({ headers });
    return { status, fields: new Map(fields), body: Buffer.isBuffer(body) ? body : Buffer.from('') };
  };
  const [plain, br, gz] = [await get('identity'), await get('br'), await get('gzip')];
  assert.equal(plain.body.toString(), text);
  assert.equal(brotliDecompressSync(br.body).toString(), text);
  assert.equal(gunzipSync(gz.body).toString(), text);
  const tags = [plain, br, gz].map(({ fields }) => fields.get('etag') ?? '');
  assert.equal(new Set(tags).size, 3);
  assert.deepEqual(
    [plain, br, gz].map(({ fields }) => fields.get('content-encoding')),
    [undefined, 'br', 'gzip'],
  );
  for (const tag of [...tags, '*', `"other", W/${tags[0]}`]) {
    const known = await get('br', tag);
    assert.deepEqual(
      [known.status, known.body.length, known.fields.get('vary')],
      [304, 0, 'Accept-Encoding'],
    );
  }
  assert.equal((await get('br', '"other"')).status, 200);
  assert.equal((await get('br')).body, br.body, 'the bytes are made once');
});
