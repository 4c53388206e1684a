import type { Billonce } from '../billonce.ts';
import type { UsageItem } from '../contract/types.ts';
import type { Recorder } from '../recorder/recorder-options.ts';

/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

/** How much of an agent's money or limit a request reserves. */
export type ReservedUse =
  | { readonly requests: number }
  | { readonly quantity: string }
  | { readonly amount: string };

/** Reserves usage before the handler of a request runs. */
export interface MeterHold<Request> {
  readonly billonce: Pick<Billonce, 'withHold'>;
  /** the most that a request can take */
  readonly reserve: ReservedUse | ((request: Request) => Awaitable<ReservedUse>);
  /** how long the hold reserves if the process dies, in milliseconds; it is extended while the handler runs; 600,000 */
  readonly expiresInMs?: number;
  /** how long a request waits at most for its reservation, in milliseconds; 5,000 */
  readonly reserveMs?: number;
}

/** What an API bills for its requests. `Request` and `Response` are those of the framework. */
export interface MeterOptions<Request, Response> {
  readonly recorder: Pick<Recorder, 'add'>;
  /** who pays for a request; `undefined` for one that is not billed */
  readonly agent: (request: Request) => Awaitable<string | undefined>;
  /** what is billed */
  readonly service: string | ((request: Request) => Awaitable<string | undefined>);
  /** how much: a number, or a function of the answer; 0 bills nothing; 1 */
  readonly requests?: number | ((request: Request, response: Response) => Awaitable<number>);
  /** the same in units with decimal places, as a decimal string such as `"12.75"`, in place of `requests`; "0" bills nothing */
  readonly quantity?: string | ((request: Request, response: Response) => Awaitable<string>);
  /**
   * Reserves before the handler runs, and captures what the request took after its answer. If the money or a limit of
   * the agent does not suffice, the request is answered with the `402` or `429` of the server, and its handler does not
   * run. If nothing could be reserved for another reason, it is answered with `503`. Without it, usage is only
   * recorded, and no request waits.
   */
  readonly hold?: MeterHold<Request>;
  /** whether an answer is billed; one with a status below 400 is */
  readonly isBilled?: (request: Request, response: Response, status: number) => boolean;
  /**
   * The identity of the usage, so that a repeated request is billed once. `key`: made of the agent, the service, the
   * method, the path and the `Idempotency-Key` of the request, if it has one and is not a GET, HEAD or OPTIONS. It is
   * right for an API that executes a request with the same key once, as with `@billonce/idempotency`, and for as long as
   * the API remembers the key. Otherwise use `none`: a client could get all its requests for the price of one by sending
   * them with one key. `key`
   */
  readonly identity?: 'key' | 'none' | ((request: Request) => Awaitable<string | undefined>);
  /**
   * Called when usage is not recorded: the recorder is full or closed, or a function of these options failed, and then
   * `usage` has only what is known. Without it, it is printed to the standard error output.
   */
  readonly onLost?: (usage: Partial<UsageItem>, error: unknown) => void;
}

/** An answered request, as every framework has it. */
export interface MeteredExchange<Request, Response> {
  readonly request: Request;
  readonly response: Response;
  readonly status: number;
  readonly method: string;
  /** path and query as the client sent them */
  readonly target: string;
  /** the value of `Idempotency-Key` */
  readonly key: string | undefined;
}
