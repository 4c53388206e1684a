import type { KeyOf } from '../../core/key-options.ts';
import type { IdempotencyOptions } from '../../core/options.ts';
import type { Awaitable } from '../../core/store.ts';
import type { Law } from '../law.ts';
import type { LawWork } from './work.ts';

/**
 * The ways of answering that the laws know. An app of a subject has a route `/{way}`, for every method, for each of
 * its ways. Every route first takes `const id = await work.execute(operationOf(request))`, once, and then answers:
 *
 * - `json`: 201, as the framework answers JSON, with the value `work.json(id)`, `Location: /charges/{id}`,
 *   `Set-Cookie: session={id}` and `X-Request-Id: handler-{id}`
 * - `text`: 200, `Content-Type: text/plain; charset=utf-8`, the text `work.text(id)`
 * - `bytes`: 200, `Content-Type: application/octet-stream`, the bytes `work.bytes(id)`
 * - `stream`: 200, `Content-Type: application/octet-stream`, streamed out of `work.chunks(id)` as they come; an error of
 *   it breaks the answer off, as the framework does that (`pipeline`, a `ReadableStream` that errors, …)
 * - `large`: 200, `Content-Type: text/plain; charset=utf-8`, the text `work.large(id)`, of `work.largeBytes` bytes
 * - `empty`: 200 without a body
 * - `no-content`: 204 without a body
 * - `status`: the status `work.status`, with JSON, `work.json(id)`
 * - `echo`: 200, as JSON, `{ id, body }`, `body` being the JSON value that the handler found in the request's body
 * - `thrown`: throws `new Error('thrown by the handler')`, which the framework turns into a 500
 * - `refused`: throws the framework's own error for the status 422, which the framework turns into that answer
 * - `response`: 200, a `Response` (of the Fetch API) whose body is a `ReadableStream` of `work.chunks(id)`
 * - `writes`: 200, `work.chunks(id)` written one by one on the raw response, then an `end` alone
 * - `end`: 202 by `statusCode`, and `end(work.text(id))` on the raw response, without a header
 * - `write-head`: `writeHead(201, { 'Content-Type': 'text/plain', Location: '/charges/{id}' })` on the raw response,
 *   and `end(work.text(id))`
 * - `hijack`: as `write-head`, after the framework was told to keep its hands off the response
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
 * Where the parser of JSON bodies stands: nowhere (the handler reads and parses the body itself), before the protection
 * (it consumes the body), or between the protection and the handler.
 */
export type BodyParserPlace = 'none' | 'before' | 'after';

/** Where the compression stands: nowhere, in front of the protection, or between it and the handler. No threshold. */
export type CompressionPlace = 'none' | 'front' | 'behind';

/** Where a timeout stands that answers in the place of a slow handler: nowhere, in front of the protection, or behind it. */
export type TimeoutPlace = 'none' | 'front' | 'behind';

/** An app that a law asks for. */
export interface LawApp {
  /** to be given to the adapter as they are */
  readonly options: IdempotencyOptions & {
    readonly trustedProxies?: number;
    readonly callers?: 'by-address';
    readonly keyOf?: KeyOf<[]>;
    readonly skip?: () => Awaitable<boolean>;
    readonly fingerprintBody?: () => Awaitable<unknown>;
  };
  /**
   * if there, the adapter is also given a `tenantOf` that gives what this function makes of the value of `X-API-Key`, which
   * is `undefined` where there is none
   */
  readonly tenantOfApiKey: ((apiKey: string | undefined) => Awaitable<string | undefined>) | undefined;
  /**
   * `app`: every route is protected, by one line for all. `route`: each route by itself, besides one more, `/bare`, that
   * answers as `json` does and is not protected.
   */
  readonly protect: 'app' | 'route';
  /** if there, each route is protected once more, with these options, further in than the protection of the app */
  readonly inner: LawApp['options'] | undefined;
  /** if there, the app gives each request this id, in a way in which apps of its framework do */
  readonly requestId: string | undefined;
  /** whether the framework itself is told to trust the one proxy in front of it */
  readonly trustsProxy: boolean;
  readonly bodyParser: BodyParserPlace;
  /** whether something in front of the protection reads the whole body and keeps nothing of it; there is no body parser then */
  readonly bodyIsLost: boolean;
  readonly compression: CompressionPlace;
  /** where the framework's timeout stands, if anywhere: of some milliseconds, each handler has begun by then */
  readonly timeout: TimeoutPlace;
  readonly work: LawWork;
}

/** An app that listens. */
export interface LawServer {
  /** on 127.0.0.1 */
  readonly port: number;
  /** Stops it, open connections included. */
  close(): Promise<void>;
}

/** An adapter to hold the laws against, with what its framework can do. */
export interface AdapterSubject {
  /** the ways that it has, besides the common ones */
  readonly ways: readonly Exclude<AnswerWay, CommonWay>[];
  /** the places that a body parser can have; the first one is taken where a law does not care */
  readonly bodyParsers: readonly BodyParserPlace[];
  /**
   * who finds out the address of a client: the framework, which can be told to trust a proxy; the adapter; or a function
   * of the app, which is given to the adapter if the options have `callers`
   */
  readonly addressBy: 'framework' | 'adapter' | 'app';
  /** the places that a compression can have */
  readonly compressions: readonly CompressionPlace[];
  /** the places that a timeout can have */
  readonly timeouts: readonly Exclude<TimeoutPlace, 'none'>[];
  /** whether the framework ends an answer whose stream fails after its head was sent; `true`. Koa 2 leaves the client waiting */
  readonly endsBrokenStreams?: boolean;
  /** Starts an app on a real socket. Rejects with what the adapter throws for its options. */
  start(app: LawApp): Promise<LawServer>;
}

/** A law that every adapter keeps whose framework has what the law is about. */
export interface AdapterLaw extends Law<AdapterSubject> {
  /** Whether the law is about something that the framework of a subject has. */
  readonly concerns: (subject: AdapterSubject) => boolean;
}
