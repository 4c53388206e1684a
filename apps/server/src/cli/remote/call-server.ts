import { type Billonce, BillonceError, createBillonce } from '@billonce/client';
import { networkCodeOf } from '../../network-error.ts';
import { type ExitName, exitTexts } from '../command-line/exit-codes.ts';
import { networkFault } from '../network-fault.ts';

/** The server that a command calls, and the caller. */
export interface RemoteAccess {
  readonly server: string;
  readonly apiKey: string | undefined;
  readonly tenant: string | undefined;
}

/** A person is waiting, so a server that cannot be reached is reported within seconds. */
const attemptsMaxDefault = 5;
const waits = { baseDelayMs: 250, maxDelayMs: 4_000, maxRetryAfterMs: 30_000 };
const deadlineMs = 120_000;
const attemptTimeoutMs = 60_000;

/** How a server is called, apart from who calls it. */
interface CallSettings {
  readonly attemptsMax?: number;
  /** shows a person for what the command waits */
  readonly progress?: ((text: string, isWait?: boolean) => void) | undefined;
}

/** Errors of attempts that cannot have reached a server. */
const beforeServer: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

/** A client of one server, and how to report its errors. */
export class RemoteServer {
  readonly client: Billonce;
  readonly #access: RemoteAccess;
  readonly #progress: NonNullable<CallSettings['progress']>;
  /** whether a request may have arrived */
  #isReached = false;

  constructor(
    access: RemoteAccess,
    { attemptsMax = attemptsMaxDefault, progress = () => undefined }: CallSettings = {},
  ) {
    this.#access = access;
    this.#progress = progress;
    this.client = createBillonce({
      url: access.server,
      apiKey: access.apiKey,
      tenant: access.tenant,
      deadlineMs,
      attemptTimeoutMs,
      attemptsMax,
      ...waits,
      fetch: (input, init) => this.#fetch(input, init),
    });
  }

  /** The printed text of a failed call, and the exit code of the command. */
  faultOf(error: BillonceError): RemoteFault {
    const { code, status, requestId, idempotencyKey, body, retry } = error;
    const isUnanswered = code === 'attempts_exhausted' || code === 'deadline_exceeded';
    const ending = isUnanswered && !this.#isReached ? 'unreached' : 'failed';
    const message =
      isUnanswered && error.cause instanceof Error
        ? networkFault(this.#access.server, error.cause.cause ?? error.cause)
        : error.message;
    // The key matters only if the request may have had an effect.
    const isOutcomeOpen = retry === 'same_request' && this.#isReached;
    return {
      ending,
      error: code,
      message,
      status,
      requestId,
      idempotencyKey: isOutcomeOpen ? idempotencyKey : undefined,
      faults: body?.faults,
    };
  }

  async #fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    try {
      const response = await fetch(input, init);
      this.#isReached = true;
      const afterS = Number(response.headers.get('retry-after') ?? 0);
      if (afterS > 0)
        this.#progress(`waits ${afterS} s: ${this.#access.server} answers ${response.status}`, true);
      return response;
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      if (!beforeServer.has(networkCodeOf(cause))) this.#isReached = true;
      throw error;
    }
  }
}

/** An error of a call, as a command prints it. */
export interface RemoteFault {
  readonly ending: Extract<ExitName, 'failed' | 'unreached'>;
  readonly error: string;
  readonly message: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  /** of a write whose outcome is not known */
  readonly idempotencyKey: string | undefined;
  readonly faults: readonly { readonly pointer: string; readonly message: string }[] | undefined;
}

/** Whether an error is one of a call. */
export function isCallError(error: unknown): error is BillonceError {
  return error instanceof BillonceError;
}

/** The error as text: its code, what is wrong and where, the id of the request, and how to continue. */
export function faultText({
  ending,
  error,
  message,
  status,
  requestId,
  idempotencyKey,
  faults,
}: RemoteFault): string {
  const head = [status, error].filter((part) => part !== undefined).join(' ');
  return [
    `${head}: ${message}`,
    ...(faults ?? []).map(({ pointer, message: fault }) => `  ${pointer}: ${fault}`),
    ...(requestId === undefined ? [] : [`  the id of the request is ${requestId}`]),
    ...(ending === 'unreached' ? [`  ${exitTexts.unreached}`] : []),
    ...(idempotencyKey === undefined
      ? []
      : [
          `  the request may have been carried out; to find out, run the same command with --idempotency-key ${idempotencyKey}`,
        ]),
    '',
  ].join('\n');
}

/** The error as JSON. */
export function faultJson({ ending: _, ...fault }: RemoteFault): string {
  return `${JSON.stringify(fault)}\n`;
}
