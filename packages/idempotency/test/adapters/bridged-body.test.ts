import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { comparedBody } from '../../src/adapters/node/compared-body.ts';
import { readWholeBody } from '../../src/adapters/node/whole-body.ts';

/** A request that a serverless bridge makes from an event: complete, with a body that arrives with the first read. */
class BridgedRequest extends IncomingMessage {
  readonly #left: Buffer[];

  constructor(headers: Record<string, string>, ...chunks: string[]) {
    super(new Socket());
    this.complete = true;
    this.headers = headers;
    this.#left = chunks.map((chunk) => Buffer.from(chunk));
  }

  override _read(): void {
    this.push(this.#left.shift() ?? null);
  }
}

test('a body that a bridge delivers on the first read is read whole, and left for the handler', async () => {
  const request = new BridgedRequest({ 'content-length': '8' }, 'amount=1');
  const read = await readWholeBody(request, 1000);
  assert.equal(read.kind === 'whole' && Buffer.from(read.bytes).toString(), 'amount=1');
  assert.equal(await text(request), 'amount=1');
});

test('a body that other code has read is never treated as no body', async () => {
  const drained = new BridgedRequest({ 'content-length': '8' }, 'amount=1');
  await text(drained);
  assert.deepEqual(await readWholeBody(drained, 1000), { kind: 'consumed' });
  const empty = new BridgedRequest({ 'content-length': '8' });
  assert.deepEqual(await readWholeBody(empty, 1000), { kind: 'consumed' });
  const short = new BridgedRequest({ 'content-length': '8' }, 'amou');
  assert.deepEqual(await readWholeBody(short, 1000), { kind: 'consumed' });
});

test('a complete request that announces no body has none', async () => {
  const request = new BridgedRequest({});
  const read = await readWholeBody(request, 1000);
  assert.equal(read.kind === 'whole' && read.bytes.length, 0);
});

test('a body that a bridge has put into a request without announcing it is compared', async () => {
  const request = new BridgedRequest({});
  request.push('amount=1');
  request.push(null);
  const exchange = {
    request,
    raw: request,
    response: new ServerResponse(request),
    target: '/',
    parsedBody: () => undefined,
  };
  const body = await comparedBody(exchange, undefined, 1000);
  assert.ok(typeof body === 'object' && body.kind === 'raw');
  assert.equal(Buffer.from(body.body).toString(), 'amount=1');
  assert.equal(await text(request), 'amount=1');
});
