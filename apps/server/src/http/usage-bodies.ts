import type { Buffer } from 'node:buffer';
import { compileReader, IgnoredNames, operations, type Validated } from '@billonce/contract';
import { canonicalJson, fingerprint, type Json } from '@billonce/idempotency/core';
import { Generations } from '../ledger/generations.ts';
import { parseSmallBody } from './body/json-body.ts';

const { method, path, body: schema } = operations.recordUsage;

type Read = ReturnType<ReturnType<typeof compileReader<typeof schema>>>;

/** What a body says that records usage, and the fingerprint of a request with it. */
export interface UsageBody {
  readonly item: (Read & { readonly kind: 'valid' })['value'];
  readonly fingerprint: string;
}

/** Bodies in each of the two generations. With the length below, all of them take at most 4 MB. */
const bodiesMax = 2_000;
const keptLengthMax = 256;

/** The schema is compiled with the first request: a start does not wait for it. */
let readItem:
  | ((value: unknown, context: { readonly ignored: IgnoredNames }) => Validated<UsageBody['item']>)
  | undefined;

/**
 * Reads the bodies of single usage. A client that meters sends few different ones, so what was read of the same bytes
 * is kept: to parse, validate and hash them again is a tenth of the time of a request. All of it follows from the bytes alone.
 */
export class UsageBodies {
  readonly #known = new Generations<UsageBody>(bodiesMax, () => 1);

  /**
   * `undefined` for a body with a fault or an unknown name, which the framework's route answers.
   *
   * @throws {ApiError} if it is not JSON
   */
  read(bytes: Buffer): UsageBody | undefined {
    if (bytes.length > keptLengthMax) return readBody(bytes);
    const text = bytes.toString('latin1');
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const read = readBody(bytes);
    // A body with an id comes once.
    if (read !== undefined && read.item.id === undefined) this.#known.set(text, read);
    return read;
  }
}

function readBody(bytes: Buffer): UsageBody | undefined {
  const { value } = parseSmallBody(bytes);
  const ignored = new IgnoredNames();
  readItem ??= compileReader(schema);
  const read = readItem(value, { ignored });
  if (read.kind === 'invalid' || !ignored.isEmpty) return undefined;
  const body = canonicalJson(parsedJson(value));
  return {
    item: read.value,
    fingerprint: fingerprint({ method, path, query: '', ifMatch: undefined, body }),
  };
}

/** `JSON.parse` returns nothing but JSON. */
function parsedJson(value: unknown): Json {
  return value as Json;
}
