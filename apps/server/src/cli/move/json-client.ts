import { setTimeout as pause } from 'node:timers/promises';
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
const firstWaitMs = 250;
const waitMaxMs = 60_000;
const attemptMs = 60_000;
/** AgentPay has at most 100,000 accounts; with the longest names they are 43 MB. */
const bodyBytesMax = 128 * 1_024 * 1_024;
const retriedStatuses: ReadonlySet<number> = new Set([408, 425, 429]);

/** Sends JSON to one server, and repeats a request if that can help: every write of a move has an identity. */
export class JsonClient {
  readonly #url: string;
  readonly #pause: (ms: number) => Promise<unknown>;

  constructor(url: string, wait: (ms: number) => Promise<unknown> = pause) {
    this.#url = url;
    this.#pause = wait;
  }

  /** @throws {MoveFault} if there is no answer, or every answer asks for a later attempt */
  async send(request: JsonRequest): Promise<JsonAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const { reason, waitMs, answer } = await this.#attempt(request);
      if (answer !== undefined) return answer;
      if (attempt === attemptsMax) throw new MoveFault(reason);
      await this.#pause(Math.min(waitMs ?? firstWaitMs * 2 ** (attempt - 1), waitMaxMs));
    }
  }

  async #attempt({ method = 'GET', path, headers, body }: JsonRequest): Promise<Attempted> {
    try {
      const response = await fetch(`${this.#url}/api/v1${path}`, {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // An API key must be sent to this server only.
        redirect: 'manual',
        signal: AbortSignal.timeout(attemptMs),
      });
      return this.#judge(response, await boundedText(response, this.#url), `${method} ${path}`);
    } catch (error) {
      if (error instanceof MoveFault) throw error;
      return { reason: networkFault(this.#url, error) };
    }
  }

  #judge(response: Response, text: string, what: string): Attempted {
    const { status, headers } = response;
    const json = parsed(text);
    if (status >= 500 || retriedStatuses.has(status)) {
      const seconds = headers.get('retry-after') ?? '';
      const waitMs = /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1_000 : undefined;
      return { reason: `${this.#url} answers ${what} with ${refusalOf(status, json)}`, waitMs };
    }
    if (status >= 300 && status < 400) {
      throw new MoveFault(
        `${this.#url} answers ${status}: it is at ${headers.get('location')}; give that URL`,
      );
    }
    if (json === undefined)
      throw new MoveFault(`${this.#url} answers ${what} with ${status}, and not in JSON`);
    const isReplayed = headers.get('idempotency-replayed') === 'true';
    return { reason: '', answer: { status, isReplayed, json } };
  }
}

interface Attempted {
  readonly reason: string;
  readonly waitMs?: number | undefined;
  /** `undefined`: it may be sent again */
  readonly answer?: JsonAnswer;
}

async function boundedText(response: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bodyBytesMax) throw new MoveFault(`${url} sends an answer larger than ${bodyBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
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
