import { createIdempotentFetch, wasReplayed } from '@billonce/idempotency/client';
import { parseErrorAnswer } from '../ingest/error-answer.ts';
import { networkFault } from '../network-fault.ts';
import { MoveFault } from './move-fault.ts';

/** A request to a server; its path is below `/api/v1`. */
export interface JsonRequest {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A server's answer. */
export interface JsonAnswer {
  readonly status: number;
  readonly isReplayed: boolean;
  readonly json: unknown;
}

const attemptsMax = 5;
const waits = { baseDelayMs: 250, maxDelayMs: 60_000, maxRetryAfterMs: 60_000 };
const attemptMs = 60_000;
/** Longer than all attempts and waits together, so that `attemptsMax` decides. */
const deadlineMs = 30 * 60_000;
/** AgentPay has at most 100,000 accounts; with the longest names they are 43 MB. */
const bodyBytesMax = 128 * 1_024 * 1_024;

/** Sends JSON to one server, and repeats a request if that can help: every write of a move has an identity. */
export class JsonClient {
  readonly #url: string;
  readonly #onWait: (text: string) => void;

  /** @param onWait receives, before each wait, until when it lasts, and why */
  constructor(url: string, onWait: (text: string) => void = () => undefined) {
    this.#url = url;
    this.#onWait = onWait;
  }

  /** @throws {MoveFault} if no answer comes, or only answers that ask for a later attempt */
  async send({ method = 'GET', path, headers, body }: JsonRequest): Promise<JsonAnswer> {
    const what = `${method} ${path}`;
    const idempotentFetch = createIdempotentFetch({
      ...waits,
      deadlineMs,
      attemptTimeoutMs: attemptMs,
      attemptsMax: attemptsMax + 1,
      fetch: async (input, init) => await inWhole(await fetch(input, init), this.#url),
      onRetry: ({ attempts, answer, error, waitMs }) => {
        if (error instanceof MoveFault) throw error;
        const reason =
          answer === undefined
            ? networkFault(this.#url, error)
            : `${this.#url} answers ${what} with ${refusalOf(answer.status, parsed(Buffer.from(answer.body).toString()))}`;
        if (attempts >= attemptsMax) throw new MoveFault(reason);
        const until = new Date(Date.now() + waitMs).toISOString().slice(11, 19);
        this.#onWait(`waits until ${until} UTC (${Math.ceil(waitMs / 1_000)} s): ${reason}`);
      },
    });
    const response = await idempotentFetch(`${this.#url}/api/v1${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // An API key belongs to this server alone.
      redirect: 'manual',
    });
    return this.#judge(response, await response.text(), what);
  }

  #judge(response: Response, text: string, what: string): JsonAnswer {
    const { status, headers } = response;
    if (status >= 300 && status < 400) {
      throw new MoveFault(
        `${this.#url} answers ${status}: it is at ${headers.get('location')}; give that URL`,
      );
    }
    const json = parsed(text);
    if (json === undefined)
      throw new MoveFault(`${this.#url} answers ${what} with ${status}, and not in JSON`);
    return { status, isReplayed: wasReplayed(response), json };
  }
}

/** A complete answer: reading the body is a part of the attempt. */
async function inWhole(response: Response, url: string): Promise<Response> {
  if (response.body === null) return response;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > bodyBytesMax) throw new MoveFault(`${url} sends an answer larger than ${bodyBytesMax} bytes`);
    chunks.push(chunk);
  }
  const { status, headers } = response;
  return new Response(Buffer.concat(chunks), { status, headers });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The message of an answer that is not a success. */
export function refusalOf(status: number, json: unknown): string {
  const { code, message } = parseErrorAnswer(json);
  return [String(status), code, message === undefined ? undefined : `- ${message}`]
    .filter((part) => part !== undefined)
    .join(' ');
}
