import { listOf, parametersIn, recordOf, type Schema } from './document.ts';
import type { FuzzRequest } from './request.ts';

/** The names in a part of a request that its operation does not define. */
export interface Strangers {
  /** JSON pointers to the refused names */
  readonly refused: readonly string[];
  readonly ignored: number;
}

const strangersMax = 100;
const noStrangers: Strangers = { refused: [], ignored: 0 };

/** The unknown names in a query, judged by the rule in the document. */
export function strangersInQuery(request: FuzzRequest): Strangers {
  const known = parametersIn(request.operation, 'query').map(({ name }) => name);
  const sent = sentInQuery(request);
  const body = recordOf(request.operation.body?.['properties']);
  const elsewhere = Object.keys(body).filter((name) => !Object.hasOwn(sentInBody(request), name));
  return judged(sent, known, [...elsewhere, ...guardsNotSent(request)], '');
}

/** The unknown names in a body and in its objects. */
export function strangersInBody(request: FuzzRequest, value: unknown): Strangers {
  const { operation } = request;
  if (operation.body === undefined) return noStrangers;
  const sent = sentInQuery(request);
  const elsewhere = parametersIn(operation, 'query').map(({ name }) => name);
  const unsent = elsewhere.filter((name) => !sent.includes(name));
  return inObjects(operation.body, value, unsent, guardsNotSent(request), '');
}

function inObjects(
  schema: Schema,
  value: unknown,
  here: readonly string[],
  everywhere: readonly string[],
  at: string,
): Strangers {
  if (Array.isArray(value)) {
    // Only if the schema has members: a list may be nested more deeply than the stack.
    if (schema['items'] === undefined) return noStrangers;
    const items = recordOf(schema['items']);
    return together(value.map((item, index) => inObjects(items, item, [], everywhere, `${at}/${index}`)));
  }
  // The caller chooses these names.
  if (schema['patternProperties'] !== undefined) return noStrangers;
  const properties = recordOf(schema['properties']);
  if (typeof value !== 'object' || value === null || schema['type'] !== 'object') return noStrangers;
  const own = judged(
    Object.keys(value),
    Object.keys(properties),
    [...here, ...everywhere],
    at,
    otherWords(properties, value),
  );
  const inner = Object.entries(value)
    .filter(([name]) => Object.hasOwn(properties, name))
    .map(([name, member]) => inObjects(recordOf(properties[name]), member, [], everywhere, `${at}/${name}`));
  return together([own, ...inner]);
}

function judged(
  sent: readonly string[],
  known: readonly string[],
  elsewhere: readonly string[],
  at: string,
  words: readonly string[] = [],
): Strangers {
  const strangers = sent.filter((name) => !known.includes(name));
  if (strangers.length > strangersMax) return { refused: [at], ignored: 0 };
  const right = [...known.filter((name) => !sent.includes(name)), ...elsewhere];
  const misspelled = strangers.filter(
    (name) =>
      right.some((one) => isMisspelling(name, one)) ||
      (name.length <= nameLengthMax && words.some((word) => lettersOf(word) === lettersOf(name))),
  );
  return {
    refused: misspelled.map((name) => `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
    ignored: strangers.length - misspelled.length,
  };
}

/** The alternative names of members that were not sent. */
function otherWords(properties: Schema, value: object): string[] {
  return Object.entries(properties)
    .filter(([name]) => !Object.hasOwn(value, name))
    .flatMap(([, member]) => listOf(recordOf(member)['x-other-words']).map(String));
}

function together(parts: readonly Strangers[]): Strangers {
  return {
    refused: parts.flatMap(({ refused }) => refused),
    ignored: parts.reduce((sum, { ignored }) => sum + ignored, 0),
  };
}

function sentInQuery({ query }: FuzzRequest): string[] {
  return [...new Set(new URLSearchParams(query.map((pair) => pair.join('=')).join('&')).keys())];
}

function sentInBody({ body }: FuzzRequest): Schema {
  try {
    return recordOf(JSON.parse(String(body)));
  } catch {
    return {};
  }
}

/** The headers that guard a write and are missing. */
function guardsNotSent({ operation, headers }: FuzzRequest): string[] {
  const guards = operation.takesKey
    ? parametersIn(operation, 'header').filter(({ name }) => ['Idempotency-Key', 'If-Match'].includes(name))
    : [];
  const sent = headers.map(([name]) => name.toLowerCase());
  return guards.map(({ name }) => name).filter((name) => !sent.includes(name.toLowerCase()));
}

/** This is far longer than the name of any operation. */
const nameLengthMax = 64;

function isMisspelling(name: string, right: string): boolean {
  if (name.length > nameLengthMax) return false;
  const [one, other] = [lettersOf(name), lettersOf(right)];
  if (one === '') return false;
  if (one === other) return true;
  const allowed = other.length < 3 ? 0 : other.length < 6 ? 1 : 2;
  return allowed > 0 && mistakes(one, other) <= allowed;
}

function lettersOf(name: string): string {
  return listOf([...name.toLowerCase()])
    .filter((letter) => /^[a-z0-9]$/.test(String(letter)))
    .join('');
}

/** The number of typing mistakes between two texts, calculated with the complete table. */
function mistakes(one: string, other: string): number {
  const table = Array.from({ length: one.length + 1 }, (_, row) =>
    Array.from({ length: other.length + 1 }, (_, column) => (row === 0 ? column : column === 0 ? row : 0)),
  );
  const at = (row: number, column: number) => table[row]?.[column] ?? Infinity;
  for (let row = 1; row <= one.length; row++) {
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped =
        row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      const least = Math.min(
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + (isSame ? 0 : 1),
        isSwapped ? at(row - 2, column - 2) + 1 : Infinity,
      );
      table[row]?.splice(column, 1, least);
    }
  }
  return at(one.length, other.length);
}
