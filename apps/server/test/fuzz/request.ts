import { Buffer } from 'node:buffer';
import type { Random } from '../harness/seeded-random.ts';
import { type DocumentedOperation, parametersIn } from './document.ts';
import { jsonText } from './json-text.ts';
import { collectionOf, type Pool } from './pool.ts';
import type { Values } from './values.ts';

export type Pair = readonly [name: string, value: string];

/** A request in its parts, which mutations change. Texts are sent byte by byte (latin1). */
export interface FuzzRequest {
  readonly operation: DocumentedOperation;
  readonly method: string;
  /** parameters of the path, percent-encoded */
  readonly params: ReadonlyMap<string, string>;
  /** percent-encoded */
  readonly query: readonly Pair[];
  readonly headers: readonly Pair[];
  readonly body: Buffer | undefined;
  /** the value from which the body was made, so that mutations can change it */
  readonly bodyValue: unknown;
  /** the path, if it is not one of the operation */
  readonly rawPath?: string;
}

/** A request that matches the document, about objects that exist as far as the pool knows them. */
export function drawRequest(
  operation: DocumentedOperation,
  tools: { readonly values: Values; readonly random: Random; readonly pool: Pool },
  headers: readonly Pair[],
): FuzzRequest {
  const { values, random } = tools;
  const collection = collectionOf(operation.path);
  const draw = (place: string) =>
    parametersIn(operation, place)
      .filter(({ isRequired }) => isRequired || random.below(10) < 3)
      .map(({ name, schema }): Pair => [name, String(values.draw(schema, name, collection))]);
  const encoded = (list: readonly Pair[]) =>
    list.map(([name, value]): Pair => [name, encodeURIComponent(value)]);
  const request: FuzzRequest = {
    operation,
    method: operation.method,
    params: new Map(encoded(draw('path'))),
    query: encoded(draw('query')),
    headers: [...headers, ...drawHeaders(operation, tools)],
    body: undefined,
    bodyValue: undefined,
  };
  if (operation.body === undefined) return request;
  return withBodyValue(request, values.draw(operation.body, '', collection));
}

/** The documented headers for which values are known. A write gets its own key later. */
function drawHeaders(
  operation: DocumentedOperation,
  { random, pool }: { readonly random: Random; readonly pool: Pool },
): Pair[] {
  const wanted = parametersIn(operation, 'header').filter(
    ({ isRequired }) => isRequired || random.below(10) < 2,
  );
  return wanted.flatMap(({ name, isRequired }): Pair[] => {
    const known = pool.known(name.toLowerCase(), '').map(String);
    if (known.length > 0) return [[name, random.pick(known)]];
    return isRequired ? [[name, 'unknown']] : [];
  });
}

export function withBodyValue(request: FuzzRequest, bodyValue: unknown): FuzzRequest {
  return withBody({ ...request, bodyValue }, Buffer.from(jsonText(bodyValue)));
}

export function withBody(request: FuzzRequest, body: Buffer): FuzzRequest {
  const hasType = request.headers.some(([name]) => name.toLowerCase() === 'content-type');
  return hasType
    ? { ...request, body }
    : withHeader({ ...request, body }, 'Content-Type', 'application/json');
}

/** Sets a header, and replaces any header of that name. */
export function withHeader(request: FuzzRequest, name: string, value: string): FuzzRequest {
  return {
    ...withoutHeader(request, name),
    headers: [...withoutHeader(request, name).headers, [name, value]],
  };
}

export function withoutHeader(request: FuzzRequest, name: string): FuzzRequest {
  const headers = request.headers.filter(([own]) => own.toLowerCase() !== name.toLowerCase());
  return { ...request, headers };
}

/** Path and query as they are sent. */
export function targetOf({ operation, params, query, rawPath }: FuzzRequest): string {
  const path = rawPath ?? operation.path.replace(/\{(\w+)\}/g, (_, name) => params.get(name) ?? '');
  const fields = query.map(([name, value]) => `${name}=${value}`);
  return fields.length === 0 ? path : `${path}?${fields.join('&')}`;
}

/** The head of a request. `lengths` are the header lines that declare the length of its body. */
export function headOf(request: FuzzRequest, lengths: readonly string[]): string {
  const own = request.headers.map(([name, value]) => `${name}: ${value}`);
  const host = request.headers.some(([name]) => name.toLowerCase() === 'host') ? [] : ['Host: localhost'];
  const line = `${request.method} ${targetOf(request)} HTTP/1.1`;
  return [line, ...host, ...own, ...lengths, 'Connection: close', '', ''].join('\r\n');
}

/** The bytes of a request, including its body and the length. */
export function bytesOf(request: FuzzRequest): Buffer {
  const { body } = request;
  const head = headOf(request, body === undefined ? [] : [`Content-Length: ${body.length}`]);
  return Buffer.concat([Buffer.from(head, 'latin1'), body ?? Buffer.alloc(0)]);
}
