import type { KeyOf } from '../../core/key-options.ts';
import type { IdempotencyOptions } from '../../core/options.ts';
import type { Awaitable } from '../../core/store.ts';
import type { Law } from '../law.ts';
import type { LawWork } from './work.ts';

/**
 * The ways of answering that the laws know. An app of a subject has a route `/{way}`, for every method, for each of its
 * ways. Every route first takes `const id = await work.execute(operationOf(request))`, once, and then answers:
 *
 * - `json`: 201, as the framework answers JSON, with the value `work.json(id)`, `Location: /charges/{id}`, `Set-Cookie:
 *   session={id}`, `X-Request-Id: handler-{id}` and `X-Charge-Id: {id}`
 * - `text`: 200, `Content-Type: text/plain; charset=utf-8`, the text `work.text(id)`
 * - `bytes`: 200, `Content-Type: application/octet-stream`, the bytes `work.bytes(id)`
 * - `stream`: 200, `Content-Type: application/octet-stream`, streamed from `work.chunks(id)` as they arrive; an error
 *   of it breaks the answer off in the way of the framework (`pipeline`, a `ReadableStream` that errors, …)
 * - `large`: 200, `Content-Type: text/plain; charset=utf-8`, the text `work.large(id)`, of `work.largeBytes` bytes
 * - `empty`: 200 without a body
 * - `no-content`: 204 without a body
 * - `status`: the status `work.status`, with JSON, `work.json(id)`
 * - `echo`: 200, as JSON, `{ id, body }`, `body` being the JSON value that the handler found in the request's body
 * - `thrown`: throws `new Error('thrown by the handler')`, which the framework turns into a 500
 * - `refused`: throws the framework's own error for the status 422, which the framework turns into that answer
 * - `response`: 200, a `Response` (of the Fetch API) whose body is a `ReadableStream` of `work.chunks(id)`
 * - `writes`: 200, `work.chunks(id)` written one by one on the raw response, then an `end` alone
 * - `end`: 202 set by `statusCode`, and `end(work.text(id))` on the raw response, without a header
 * - `write-head`: `writeHead(201, { 'Content-Type': 'text/plain', Location: '/charges/{id}' })` on the raw response,
 *   and `end(work.text(id))`
 * - `hijack`: as `write-head`, after a call that stops the framework from touching the response
 * - `file`: a file of more than 64 KiB, sent by the framework
 */
export type AnswerWay =
  | 'json'
  | 'text'
  | 'bytes'
  | 'stream'
  | 'large'
  | 'empty'
  | 'no-content'
  | 'status'
  | 'echo'
  | 'thrown'
  | 'refused'
  | 'response'
  | 'writes'
  | 'end'
  | 'write-head'
  | 'hijack'
  | 'file';

/** The ways that every subject has. */
export type CommonWay = Exclude<AnswerWay, 'response' | 'writes' | 'end' | 'write-head' | 'hijack' | 'file'>;

/**
 * The position of the JSON body parser: none (the handler reads and parses the body itself), before the protection (it
 * consumes the body), or between the protection and the handler.
 */
export type BodyParserPlace = 'none' | 'before' | 'after';

/** The position of a compression: none, in front of the protection, or between it and the handler. It has no threshold. */
export type CompressionPlace = 'none' | 'front' | 'behind';

/**
 * The position of a timeout that answers for a slow handler: none, in front of the protection, or between it and the
 * handler.
 */
export type TimeoutPlace = 'none' | 'front' | 'behind';

/** An app that a law asks for. */
export interface LawApp {
  /** passed to the adapter unchanged */
  readonly options: IdempotencyOptions & {
    readonly trustedProxies?: number;
    readonly callers?: 'by-address';
    readonly keyOf?: KeyOf<[]>;
    readonly skip?: () => Awaitable<boolean>;
    readonly fingerprintBody?: () => Awaitable<unknown>;
  };
  /**
   * if set, the adapter also gets a `tenantOf` that returns the result of this function for the value of `X-API-Key`,
   * or `undefined` if the header is missing
   */
  readonly tenantOfApiKey: ((apiKey: string | undefined) => Awaitable<string | undefined>) | undefined;
  /**
   * `app`: every route is protected, by one line for all. `route`: each route is protected separately; one more,
   * `/bare`, answers like `json` and is not protected.
   */
  readonly protect: 'app' | 'route';
  /** if set, each route also has an inner protection, with these options */
  readonly inner: LawApp['options'] | undefined;
  /** if set, the app gives each request this id, in a way that is usual for its framework */
  readonly requestId: string | undefined;
  /** whether the framework is configured to trust the one proxy in front of it */
  readonly trustsProxy: boolean;
  readonly bodyParser: BodyParserPlace;
  /** whether something in front of the protection reads the whole body and keeps nothing of it; there is no body parser then */
  readonly bodyIsLost: boolean;
  readonly compression: CompressionPlace;
  /** the position of the framework's timeout, if any: some milliseconds long, so that each handler has begun by then */
  readonly timeout: TimeoutPlace;
  readonly work: LawWork;
}

/** An app that is listening. */
export interface LawServer {
  /** on 127.0.0.1 */
  readonly port: number;
  /** Stops it, open connections included. */
  close(): Promise<void>;
}

/** An adapter to check against the laws, and what its framework supports. */
export interface AdapterSubject {
  /** its ways, in addition to the common ones */
  readonly ways: readonly Exclude<AnswerWay, CommonWay>[];
  /** the positions that a body parser can have; the first one is used if a law does not need a certain one */
  readonly bodyParsers: readonly BodyParserPlace[];
  /**
   * what determines the address of a client: the framework, which can be configured to trust a proxy; the adapter; or a
   * function of the app, which is passed to the adapter if the options have `callers`
   */
  readonly addressBy: 'framework' | 'adapter' | 'app';
  /** the positions that a compression can have */
  readonly compressions: readonly CompressionPlace[];
  /** the positions that a timeout can have */
  readonly timeouts: readonly Exclude<TimeoutPlace, 'none'>[];
  /** whether the framework ends an answer whose stream fails after its head was sent; `true`. Koa 2 leaves the client waiting */
  readonly endsBrokenStreams?: boolean;
  /** Starts an app on a real socket. Rejects with the adapter's error for its options. */
  start(app: LawApp): Promise<LawServer>;
}

/** A law for every adapter whose framework supports the subject of the law. */
export interface AdapterLaw extends Law<AdapterSubject> {
  /** Whether the framework of the subject supports what the law is about. */
  readonly concerns: (subject: AdapterSubject) => boolean;
}
