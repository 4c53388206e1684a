import { Buffer } from 'node:buffer';
import { rawPost } from '../harness/raw-http.ts';
import type { BadRequest } from './request.ts';

const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };

type BodyCase = readonly [what: string, body: string | Buffer, pointer?: string];

const usageBut = (members: object) => JSON.stringify({ ...usage, ...members });
const usageAnd = (members: string) => `${JSON.stringify(usage).slice(0, -1)},${members}}`;
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

const noJson: readonly BodyCase[] = [
  ['no body', ''],
  ['a form', 'agent=agent-7'],
  ['JSON cut off', '{"agent":"agent-7","serviceId":"se'],
  ['two values', `${JSON.stringify(usage)}{}`],
  ['a byte order mark', `\ufeff${JSON.stringify(usage)}`],
  ['deep nesting, cut off', '['.repeat(100_000)],
  ['a lone surrogate, raw', Buffer.from('7b226964223a22eda080227d', 'hex')],
  ['invalid UTF-8', Buffer.from('22fffe22', 'hex')],
  ['an overlong slash', Buffer.from('22c0af22', 'hex')],
];

const wrongShapes: readonly BodyCase[] = [
  ['null', 'null'],
  ['a list', '[]'],
  ['a text', '"usage"'],
  ['deep nesting', nested(100_000)],
  ['an empty object', '{}', '/agent'],
  ['only __proto__', `{"__proto__":${JSON.stringify(usage)}}`, '/agent'],
  ['a misspelt member', usageAnd('"occuredAt":1'), '/occuredAt'],
  ['a misspelt member to be escaped', usageAnd('"i/d~":1'), '/i~1d~0'],
];

const wrongRequests: readonly BodyCase[] = [
  '"3"',
  'null',
  '0',
  '-1',
  '1.5',
  '1000001',
  '9007199254740993',
  '1e400',
].map((requests) => [
  `requests ${requests}`,
  `{"agent":"a","serviceId":"s","requests":${requests}}`,
  '/requests',
]);

const wrongTexts: readonly BodyCase[] = [
  ['a lone surrogate, escaped', usageAnd('"id":"\\ud800"'), '/id'],
  ['U+0000', usageBut({ agent: 'a\u0000' }), '/agent'],
  ['an agent of 257', usageBut({ agent: 'a'.repeat(257) }), '/agent'],
  ['an agent ..', usageBut({ agent: '..' }), '/agent'],
  ['an agent with a line feed', usageBut({ agent: 'agent-7\n' }), '/agent'],
  ['a service of 129', usageBut({ serviceId: 's'.repeat(129) }), '/serviceId'],
  ['an empty id', usageBut({ id: '' }), '/id'],
  ['an id of 129', usageBut({ id: 'i'.repeat(129) }), '/id'],
];

const wrongTimes: readonly BodyCase[] = [
  'yesterday',
  '2026-05-01',
  '2026-02-30T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-05-01T24:00:01Z',
  '2026-05-01T23:59:60Z',
  '2026-05-01T12:00:00',
  '2026-05-01T12:00:00+25:00',
  '2026-05-01T12:00:00.0000000001Z',
  '+012026-05-01T12:00:00Z',
].map((occurredAt) => [`occurredAt ${occurredAt}`, usageBut({ occurredAt }), '/occurredAt']);

const bulkOf = (count: number) => JSON.stringify({ items: Array.from({ length: count }, () => usage) });

const bulks: readonly BodyCase[] = [
  ['a bulk without items', '{"items":[]}', '/items'],
  ['a bulk of 10,001', bulkOf(10_001), '/items'],
  ['a bulk with its mode in the body', '{"items":[1],"mode":"atomic"}', '/mode'],
];

const service = '{"serviceId":"s","priceStroops":1';
const services: readonly BodyCase[] = [
  ['U+0000 in a description', `${service},"description":"a\\u0000b","owner":"o"}`, '/description'],
  ['a lone surrogate in an owner', `${service},"description":"d","owner":"\\udfff"}`, '/owner'],
  ['a description without an owner', `${service},"description":"d"}`, '/owner'],
  ['a price too high', '{"serviceId":"s","priceStroops":9007199255}', '/priceStroops'],
  ['a price of the past', `${service},"effectiveFrom":"2026-05-01T12:00:00Z"}`, '/effectiveFrom'],
  ['a negative price', '{"serviceId":"s","priceStroops":-1}', '/priceStroops'],
];

const apiKeys: readonly BodyCase[] = [
  ['U+0000 in a label', '{"label":"a\\u0000"}', '/label'],
  ['a lone surrogate in a label', '{"label":"\\ud800"}', '/label'],
  ['a blank label', '{"label":"  "}', '/label'],
  ['the tenant $admin', '{"label":"a","tenant":"$admin"}', '/tenant'],
  ['a key that has expired', '{"label":"a","expiresAt":"2026-05-01T12:00:00Z"}', '/expiresAt'],
];

const url = '"url":"https://billing.example/hooks"';
const webhooks: readonly BodyCase[] = [
  ['deep nesting among events', `{${url},"events":[${nested(60)}]}`, '/events/0'],
];

const settles: readonly BodyCase[] = [
  ['an amount that is none', '{"agent":"a","serviceId":"s","expectedStroops":"1.5"}', '/expectedStroops'],
  ['a through below 0', '{"agent":"a","serviceId":"s","through":-1}', '/through'],
];

function at(path: string, rows: readonly BodyCase[]): BadRequest[] {
  return rows.map(([what, body, pointer]) => ({
    what: `${path}: ${what}`,
    bytes: rawPost(path, body, ['Idempotency-Key: bad']),
    status: 400,
    code: 'invalid_request',
    pointer,
  }));
}

const unacceptableTimes: readonly BadRequest[] = [
  ['0000-01-01T00:00:00Z', 'event_too_old'],
  ['9999-12-31T23:59:59.999999999Z', 'event_in_future'],
].map(([occurredAt, code = '']) => {
  const bytes = rawPost('/usage', usageBut({ occurredAt }), ['Idempotency-Key: bad']);
  return { what: `occurredAt ${occurredAt}`, bytes, status: 422, code };
});

/** The contract allows this body, but the configuration does not. */
const longBulk: BadRequest = {
  what: 'a bulk of 1,001',
  bytes: rawPost('/usage/bulk', bulkOf(1_001), ['Idempotency-Key: bad']),
  status: 400,
  code: 'invalid_request',
  pointer: '/items',
};

/** Bodies that are not JSON, or not the JSON that the operation accepts. */
export const badBodies: readonly BadRequest[] = [
  ...at('/usage', [...noJson, ...wrongShapes, ...wrongRequests, ...wrongTexts, ...wrongTimes]),
  ...at('/usage/bulk', bulks),
  ...at('/services', services),
  ...at('/api-keys', apiKeys),
  ...at('/settle', settles),
  ...at('/webhooks', webhooks),
  ...unacceptableTimes,
  longBulk,
];
