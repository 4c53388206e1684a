import { parseErrorAnswer } from '../ingest/error-answer.ts';
import { networkFault } from '../network-fault.ts';

/** A running server, and the caller that is used there. */
export interface ServerSource {
  readonly kind: 'server';
  /** without a slash at its end */
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly tenant: string | undefined;
}

/** How long a server may send nothing. */
const silenceMaxMs = 60_000;

/**
 * Sends a request to a server, and yields the body of its answer as it arrives.
 *
 * @throws {Error} if it cannot be reached, refuses, or goes silent
 */
export async function* bodyOf(server: ServerSource, path: string): AsyncGenerator<Uint8Array> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), silenceMaxMs);
  try {
    const response = await fetch(`${server.url}/api/v1${path}`, {
      signal: silence.signal,
      redirect: 'error',
      headers: {
        ...(server.apiKey === undefined ? {} : { 'x-api-key': server.apiKey }),
        ...(server.tenant === undefined ? {} : { 'x-tenant': server.tenant }),
      },
    });
    if (!response.ok) throw new Error(`${server.url} answers ${response.status}${await reasonOf(response)}`);
    for await (const chunk of response.body ?? []) {
      timer.refresh();
      yield chunk;
      // Time that our own disk takes does not count as the server's silence.
      timer.refresh();
    }
  } catch (error) {
    if (silence.signal.aborted) {
      throw new Error(`${server.url} sent nothing for ${silenceMaxMs / 1_000} s`, { cause: error });
    }
    if (!(error instanceof TypeError)) throw error;
    throw new Error(networkFault(server.url, error), { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

async function reasonOf(response: Response): Promise<string> {
  const { code, message } = parseErrorAnswer(await response.json().catch(() => undefined));
  return code === undefined ? '' : `, ${code}: ${message ?? ''}`;
}

/**
 * Requests a small document from a server.
 *
 * @throws {Error} like `bodyOf`
 */
export async function documentOf(server: ServerSource, path: string): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bodyOf(server, path)) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}
