import { parseExactJson } from '../core/exact-json.ts';
import { CallFailed, type Failure } from './failure.ts';
import { type Operation, operations } from './operations.ts';
import type { BodyOf, Parts } from './types.ts';

/** Who calls: the API key of this tab, and for the admin the tenant whose books are shown. */
export interface Credentials {
  readonly apiKey: string | undefined;
  readonly tenant: string | undefined;
}

/** How long a call may take. Audits and sums of large books take seconds. */
const deadlineMs = 60_000;

/** Calls the server that serves this page. */
export class Client {
  readonly #credentials: Credentials;
  readonly #onUnauthorized: () => void;

  constructor(credentials: Credentials, onUnauthorized: () => void) {
    this.#credentials = credentials;
    this.#onUnauthorized = onUnauthorized;
  }

  /** @throws {CallFailed} if the server refuses, or does not answer */
  async call<N extends Operation>(name: N, parts: Parts<N> = {}, signal?: AbortSignal): Promise<BodyOf<N>> {
    const response = await this.#send(name, parts, signal);
    const text = await read(response);
    if (response.ok) return parseBody<N>(text);
    const failure = failureIn(response, text);
    if (failure.code === 'unauthorized') this.#onUnauthorized();
    throw new CallFailed(failure);
  }

  /** Downloads a file: a link cannot send the API key. */
  async download(path: string): Promise<Blob> {
    const response = await this.#fetch(`/api/v1${path}`, { headers: this.#headers() });
    if (response.ok) return await response.blob();
    throw new CallFailed(failureIn(response, await read(response)));
  }

  async #send<N extends Operation>(name: N, parts: Parts<N>, signal?: AbortSignal): Promise<Response> {
    const [method, path] = operations[name];
    const hasBody = parts.body !== undefined;
    return await this.#fetch(`/api/v1${filled(path, parts.params)}${queryOf(parts.query)}`, {
      method,
      headers: {
        ...this.#headers(),
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
        ...parts.headers,
      },
      ...(hasBody ? { body: JSON.stringify(parts.body) } : {}),
      signal: signal ?? null,
    });
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const deadline = AbortSignal.timeout(deadlineMs);
    const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
    try {
      return await fetch(url, { ...init, signal, cache: 'no-store', credentials: 'omit' });
    } catch (error) {
      if (init.signal?.aborted === true) throw error;
      throw noAnswer();
    }
  }

  #headers(): Record<string, string> {
    const { apiKey, tenant } = this.#credentials;
    return {
      ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
      ...(tenant === undefined ? {} : { 'x-tenant': tenant }),
    };
  }
}

function noAnswer(): CallFailed {
  return new CallFailed({
    kind: 'offline',
    code: '',
    status: 0,
    message: 'The server does not answer.',
    requestId: undefined,
    body: undefined,
  });
}

/** The text of an answer, whose connection may break. */
async function read(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch {
    throw noAnswer();
  }
}

function parseBody<N extends Operation>(text: string): BodyOf<N> {
  // The server answers as its contract says; its tests compare every answer with it.
  return (text === '' ? undefined : parseExactJson(text)) as BodyOf<N>;
}

function failureIn(response: Response, text: string): Failure {
  const body = parsedOr(text);
  const member = (name: string) => {
    const value = memberOf(body, name);
    return typeof value === 'string' ? value : undefined;
  };
  return {
    kind: 'refused',
    code: member('error') ?? `http_${response.status}`,
    status: response.status,
    message: member('message') ?? `The server answered with ${response.status}.`,
    requestId: response.headers.get('x-request-id') ?? undefined,
    body,
  };
}

function parsedOr(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

function filled(path: string, params: unknown): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(memberOf(params, name) ?? '')),
  );
}

function queryOf(query: unknown): string {
  const members = typeof query === 'object' && query !== null ? Object.entries(query) : [];
  const given = members.filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
