import { undocumentedIn } from './documented.ts';

/** An answer, as tests read it. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape, and fail where it is another
  readonly json: any;
}

export interface ApiRequest {
  readonly method?: string;
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls a server; paths are below `/api/v1`. */
export interface Api {
  readonly url: string;
  call(path: string, request?: ApiRequest): Promise<ApiAnswer>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<ApiAnswer>;
  post(
    path: string,
    body: unknown,
    key?: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<ApiAnswer>;
}

/** An answer that differs from the OpenAPI document. */
class Undocumented extends Error {}

/** An answer, for tests that count answers. */
export interface Answered {
  readonly method: string;
  readonly target: string;
  readonly status: number;
}

/**
 * @param isDocumented whether every answer must match this version's document; false for a server of another version
 */
export function apiAt(url: string, onAnswer?: (answered: Answered) => void, isDocumented = true): Api {
  const call = async (path: string, { method, key, body, headers }: ApiRequest = {}): Promise<ApiAnswer> => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...headers,
      },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const { status, headers: answered } = response;
    const target = `/api/v1${path}`;
    const sent = method ?? (body === undefined ? 'GET' : 'POST');
    // In every test, each answer must be documented.
    const undocumented = isDocumented
      ? undocumentedIn({ method: sent, target, status, headers: answered, text })
      : [];
    if (undocumented.length > 0)
      throw new Undocumented(`${sent} ${target}: ${undocumented.join('; ')}\n${text}`);
    onAnswer?.({ method: sent, target, status });
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  };
  return {
    url,
    call,
    get: (path, headers) => call(path, { headers: headers ?? {} }),
    post: (path, body, key, headers) =>
      call(path, { body, headers: headers ?? {}, ...(key === undefined ? {} : { key }) }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
