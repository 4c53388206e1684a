import { Buffer } from 'node:buffer';
import { parametersIn } from './document.ts';
import type { Mutate } from './mutation.ts';
import { misspellings, nastyTexts, strangeNames } from './nasty.ts';
import { type FuzzRequest, type Pair, targetOf } from './request.ts';

/** Encodings of nothing or of unexpected characters, in a path or query. */
const strangeEncodings = [
  '%',
  '%zz',
  '%ff',
  '%c0%af',
  '%ed%a0%80',
  '%00',
  '%2e%2e',
  '%2F',
  '%252F',
  '%5c',
  '%0d%0aX-Injected:1',
  '%E2%80%AE',
  '%F0%9F%92%B8',
  '%u0041',
  '+',
  'a;b=c',
  'a,b',
  '..',
  '.',
  '*',
  '~',
  'a'.repeat(1_100),
  'a'.repeat(10_000),
];

/** A path parameter gets another value. */
export const changePath: Mutate = (request, { random, fixedSegments }) => {
  const names = [...request.params.keys()];
  if (names.length === 0) return undefined;
  const name = random.pick(names);
  const encodedTexts = nastyTexts.map((text) => encodeURIComponent(text.toWellFormed()));
  const edges = parametersIn(request.operation, 'path')
    .filter((parameter) => parameter.name === name)
    .flatMap(({ schema }) => [schema['minLength'], schema['maxLength']])
    .filter((bound) => typeof bound === 'number')
    .flatMap((bound) => [bound, bound + 1].map((length) => 'a'.repeat(length)));
  const value = random.pick([
    random.pick(strangeEncodings),
    random.pick(encodedTexts),
    random.pick([...fixedSegments, ...edges]),
  ]);
  const params = new Map([...request.params, [name, value]]);
  return { what: `path {${name}} is ${value.slice(0, 60)}`, request: { ...request, params } };
};

/** The path loses, gains or doubles a segment or character, so it is no longer a path of this operation. */
export const bendPath: Mutate = (request, { random }) => {
  const path = targetOf({ ...request, query: [] });
  const rawPath = random.pick([
    `${path}/`,
    `/${path}`,
    path.replace('/api/v1/', '/api//v1/'),
    path.replace('/api/v1/', '/api/v1/../v1/'),
    path.replace('/api/v1/', '/api/v2/'),
    path.replace('/api/v1/', '/API/V1/'),
    path.replace('/api/v1/', '/api/v1/%2e%2e/'),
    path.slice(0, -1),
    `${path}.json`,
    `${path};a=b`,
    `${path}%00`,
    path.replaceAll('/', '%2F'),
    path.replaceAll('/', '\\'),
  ]);
  if (rawPath === path) return undefined;
  return {
    what: `path ${rawPath.slice(0, 80)} for ${path.slice(0, 80)}`,
    request: { ...request, rawPath },
    statuses: 'any',
  };
};

/** The query gets an unknown name, a repeated name, or an invalid value. */
export const changeQuery: Mutate = (request, { random, pool }) => {
  const known = parametersIn(request.operation, 'query');
  const values = [
    ...strangeEncodings.slice(0, -1),
    ...nastyTexts.map((text) => encodeURIComponent(text.toWellFormed().slice(0, 600))),
    ...[
      '0',
      '-1',
      '1',
      '1001',
      '1e2',
      '1.0',
      '0x10',
      '007',
      '9007199254740993',
      '9'.repeat(30),
      '%31',
      'true',
    ],
  ];
  const kind = known.length === 0 ? 0 : random.below(4);
  if (kind === 0) {
    const name = encodeURIComponent(random.pick(strangeNames).slice(0, 500));
    return added(request, [[name, random.pick(values)]]);
  }
  const { name } = random.pick(known);
  if (random.below(4) === 0)
    return added(request, [[encodeURIComponent(random.pick(misspellings)(name)), random.pick(values)]]);
  if (kind === 1)
    return added(request, [[name, random.pick(values)], ...twice(name, random.pick(['1', 'a']))]);
  if (kind === 2 && known.some((parameter) => parameter.name === 'cursor')) {
    return added(request, [['cursor', random.pick(strangeCursors(pool.known('cursor', '').map(String)))]]);
  }
  return added(request, [[name, random.pick(values)]]);
};

/** The method is changed. */
export const changeMethod: Mutate = (request, { random }) => {
  const methods = [
    'GET',
    'HEAD',
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
    'TRACE',
    'PROPFIND',
    'QUERY',
    'SEARCH',
  ];
  const method = random.pick(methods.filter((one) => one !== request.method));
  return { what: `method ${method}`, request: { ...request, method }, statuses: 'any' };
};

function added(request: FuzzRequest, pairs: readonly Pair[]) {
  const kept = request.query.filter(([name]) => !pairs.some(([own]) => own === name));
  const query = [...kept, ...pairs];
  return {
    what: `query ${pairs.map((pair) => pair.join('=').slice(0, 80)).join('&')}`,
    request: { ...request, query },
  };
}

function twice(name: string, value: string): Pair[] {
  return [
    [name, value],
    [name, value],
  ];
}

/** Cursors that no list returned, and cursors of other lists, complete and damaged. */
function strangeCursors(known: readonly string[]): string[] {
  const places = [
    'id x',
    'sequence -1',
    'sequence 999999999999999',
    'number 1e9',
    'name ../x',
    'name',
    '\u0000',
    'id',
  ];
  const forged = places.map((place) => Buffer.from(place).toString('base64url'));
  const mangled = known.flatMap((cursor) => [cursor, cursor.slice(1), `${cursor}A`, cursor.toLowerCase()]);
  return [...forged, ...mangled, 'A'.repeat(512), 'A'.repeat(513), '===', 'bmFtZSB4'];
}
