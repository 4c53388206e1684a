import { Buffer } from 'node:buffer';
import { ask, type BadRequest } from './request.ts';

function invalid(what: string, line: string, pointer?: string): BadRequest {
  return { what, bytes: ask(line), status: 400, code: 'invalid_request', pointer };
}

function notFound(what: string, line: string): BadRequest {
  return { what, bytes: ask(line), status: 404, code: 'not_found' };
}

const anId = '019a7f6e-3a60-7c3e-9b1d-0123456789ab';
const cursor = (place: string) => `cursor=${Buffer.from(place).toString('base64url')}`;

const paths: readonly BadRequest[] = [
  invalid('bad percent-encoding', 'GET /api/v1/usage/%zz/search'),
  invalid('percent-encoding of no UTF-8', 'GET /api/v1/usage/%ff/search'),
  invalid('two colons, encoded', 'GET /api/v1/usage/a%3a%3ab/search', '/agent'),
  invalid('a space, encoded', 'GET /api/v1/usage/a%20b/search', '/agent'),
  invalid('U+0000, encoded', 'GET /api/v1/services/%00', '/serviceId'),
  invalid('a segment of 10,000', `GET /api/v1/usage/${'a'.repeat(10_000)}/search`),
  invalid('a segment of 300', `GET /api/v1/usage/${'a'.repeat(300)}/search`, '/agent'),
  invalid('an entry id that is none', 'GET /api/v1/entries/1', '/id'),
  invalid('a key prefix of U+2028', 'DELETE /api/v1/api-keys/%E2%80%A8', '/prefix'),
  notFound('an unknown path', 'GET /api/v1/nothing'),
  notFound('an unknown path, long', `GET /api/v1/${'a'.repeat(10_000)}`),
  notFound('a path outside', 'GET /'),
  notFound('a path that climbs', 'GET /api/v1/../../etc/passwd'),
  notFound('__proto__ as an error code', 'GET /api/v1/errors/__proto__'),
  notFound('an unknown entry', `GET /api/v1/entries/${anId}`),
  notFound('an unknown settlement', `GET /api/v1/settlements/${anId}`),
  notFound('an unknown service', 'GET /api/v1/services/nothing'),
  notFound('a quote of an unknown service', 'GET /api/v1/billing/agent-7/nothing'),
];

const queries: readonly BadRequest[] = [
  ['cursor=a&cursor=b', '/cursor'],
  ['cursor=garbage', '/cursor'],
  ['cursor=%00', '/cursor'],
  ['cursor=', '/cursor'],
  ['agent=a&agent=b', '/agent'],
  ['agent=%00', '/agent'],
  ['agents=a', '/agents'],
  ['settlement_id=1', '/settlement_id'],
  ['from=yesterday', '/from'],
  ['from=2026-02-30T00:00:00Z', '/from'],
  ['settlementId=1', '/settlementId'],
].map(([query = '', pointer]) => invalid(query, `GET /api/v1/entries?${query}`, pointer));

const cursors: readonly BadRequest[] = [
  invalid('a cursor of names', `GET /api/v1/entries?${cursor('name search')}`, '/cursor'),
  invalid('a cursor of an account, for all', `GET /api/v1/entries?${cursor('sequence 1')}`, '/cursor'),
  invalid(
    'a cursor of all, for an account',
    `GET /api/v1/entries?agent=a&serviceId=s&${cursor(`id ${anId}`)}`,
    '/cursor',
  ),
  invalid('a cursor of entries, for bills', `GET /api/v1/settlements?${cursor('sequence 1')}`, '/cursor'),
];

/** Paths and queries that name something unknown or impossible. */
export const badAddresses: readonly BadRequest[] = [...paths, ...queries, ...cursors];
