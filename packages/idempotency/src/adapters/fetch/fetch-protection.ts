import { IdempotencyEngine } from '../../core/engine.ts';
import type { Begun, RefusedRequest } from '../../core/idempotent-request.ts';
import type { KeptHeader, KeptResponse } from '../../core/kept-response.ts';
import { parseReturnedKey, parseSkip } from '../../core/key-options.ts';
import type { KeyReading } from '../../core/key-reader.ts';
import type { Operation } from '../../core/operation.ts';
import type { EngineSettings } from '../../core/options.ts';
import { isJson, type RequestBody } from '../../core/request-body.ts';
import { parseRequestId, splitTarget } from '../../core/request-head.ts';
import type { Caller } from '../../core/scope.ts';
import type { Awaitable } from '../../core/store.ts';
import type { WarningCode } from '../../core/warning.ts';
import { passingAnswer } from './passing-answer.ts';
import { streamedAnswer } from './streamed-answer.ts';
import { responseOf, type WholeAnswer, wholeAnswer } from './whole-answer.ts';

/** What is read of a `Request`, or of one of its kind. */
export interface FetchHead {
  readonly method: string;
  readonly url: string;
  readonly headers: Pick<Headers, 'get'>;
}

/** What an adapter finds out about a request, once it is known to carry a key. */
export interface FetchReader<Whole extends { readonly kind: 'whole'; readonly body: RequestBody }> {
  /** the operation of another protection of the same request, further out: it gives way */
  readonly outer: Operation | undefined;
  /** whether the adapter was given another way to compare bodies */
  readonly comparesItself: boolean;
  /** the request of the framework */
  readonly source: unknown;
  /** the id that the application gave the request, by other means than a header */
  readonly requestId?: unknown;
  /** the options `skip` and `keyOf`, where they are functions */
  readonly skip: (() => Awaitable<unknown>) | undefined;
  readonly key: (() => Awaitable<unknown>) | undefined;
  /** asked before the body is read, unless the key is in it: the address of a connection that is reset later is then known */
  readonly caller: () => Awaitable<Caller | undefined>;
  readonly read: (
    bytesMax: number,
  ) => Promise<Whole | { readonly kind: 'too_large' } | { readonly kind: 'broken_off' }>;
}

/** What an adapter does next; `whole` is there when the handler is to run. */
export type FetchBegun<Whole> =
  | { readonly kind: 'answer'; readonly response: KeptResponse }
  | { readonly kind: 'unprotected' }
  | { readonly kind: 'proceed'; readonly whole: Whole }
  | {
      readonly kind: 'execute';
      readonly whole: Whole;
      readonly operation: Operation;
      readonly about: RefusedRequest;
    };

/** A key, or that there is none, with the request if it was read to find out; or that it could not be read. */
type FoundKey<Whole> =
  | { readonly kind: 'found'; readonly reading: KeyReading; readonly whole: Whole | undefined }
  | { readonly kind: 'unread'; readonly why: 'too_large' | 'broken_off' };

/** To a client that broke its request off; most likely nobody reads it. */
const brokenOff: KeptResponse = { status: 400, headers: [], body: '' };

/** Protects requests of the Fetch API: what the adapters of all frameworks on it share. */
export class FetchProtection {
  readonly #engine: IdempotencyEngine;

  constructor(settings: EngineSettings) {
    this.#engine = new IdempotencyEngine(settings);
  }

  /** Whether a request is to be protected at all: the quick look that a request without a key costs. */
  concerns({ method, headers }: FetchHead): boolean {
    return this.#engine.keys.concerns(method, (name) => headers.get(name) !== null);
  }

  /** Warns of what weakens the protection, once. */
  warn(code: WarningCode): void {
    this.#engine.warn(code);
  }

  /**
   * @throws what `reader` throws
   * @throws {UnreadableBodyError} if the body cannot be compared
   * @throws {InvalidKeyError} for what is no key, or not true or false
   */
  async begin<Whole extends { readonly kind: 'whole'; readonly body: RequestBody }>(
    head: FetchHead,
    reader: FetchReader<Whole>,
  ): Promise<FetchBegun<Whole>> {
    const { method, headers } = head;
    const { source } = reader;
    const requestId = parseRequestId(reader.requestId) ?? requestIdOf(headers);
    const about = { accept: headers.get('accept') ?? undefined, requestId, source };
    if (reader.skip !== undefined && parseSkip(await reader.skip())) return { kind: 'unprotected' };
    const found = await this.#findKey(head, reader);
    if (found.kind === 'unread') return this.#unread(found.why, about);
    const { reading } = found;
    if (reading.kind === 'unprotected') {
      return found.whole === undefined ? reading : { kind: 'proceed', whole: found.whole };
    }
    await reader.outer?.giveWay();
    if (reading.kind === 'refused') return this.#engine.refuse(reading.refusal, about);
    const caller = await reader.caller();
    const whole = found.whole ?? (await reader.read(this.#engine.settings.requestBytesMax));
    if (whole.kind !== 'whole') return this.#unread(whole.kind, about);
    const begun: Begun = await this.#engine.begin({
      method,
      ...splitTarget(targetOf(head.url)),
      ifMatch: headers.get('if-match') ?? undefined,
      headerOf: (name) => headers.get(name) ?? undefined,
      body: whole.body,
      fingerprint: reader.comparesItself || this.#comparesMore ? undefined : reader.outer?.fingerprint,
      caller,
      key: reading.key,
      ...about,
    });
    switch (begun.kind) {
      case 'answer':
        return begun;
      case 'proceed':
        return { kind: 'proceed', whole };
      case 'execute':
        return { kind: 'execute', whole, operation: begun.operation, about };
    }
  }

  async #findKey<Whole extends { readonly kind: 'whole'; readonly body: RequestBody }>(
    { headers }: FetchHead,
    reader: FetchReader<Whole>,
  ): Promise<FoundKey<Whole>> {
    const { keys, settings } = this.#engine;
    const { keyPlace } = settings;
    const has = (name: string) => headers.get(name) !== null;
    switch (keyPlace.kind) {
      case 'header': {
        // `Headers` joins two lines with a comma and a space, which no key has: they are refused all the same.
        const line = headers.get(keyPlace.header);
        return { kind: 'found', reading: keys.ofLines(line === null ? [] : [line]), whole: undefined };
      }
      case 'function': {
        const key = parseReturnedKey(await reader.key?.());
        return { kind: 'found', reading: keys.ofValue(key, has), whole: undefined };
      }
      case 'member': {
        if (!isJson(headers.get('content-type') ?? undefined)) {
          return { kind: 'found', reading: keys.ofValue(undefined, has), whole: undefined };
        }
        const whole = await reader.read(settings.requestBytesMax);
        if (whole.kind !== 'whole') return { kind: 'unread', why: whole.kind };
        return { kind: 'found', reading: keys.ofBody(whole.body, has), whole };
      }
    }
  }

  /** Whether the digest that a protection further out took of the request may not be that of this one. */
  get #comparesMore(): boolean {
    const { ignoreMembers, compareHeaders } = this.#engine.settings;
    return ignoreMembers.length > 0 || compareHeaders.length > 0;
  }

  #unread(why: 'too_large' | 'broken_off', about: RefusedRequest): Begun & { kind: 'answer' } {
    if (why === 'broken_off') return { kind: 'answer', response: brokenOff };
    const bytesMax = this.#engine.settings.requestBytesMax;
    return this.#engine.refuse({ code: 'payload_too_large', bytesMax }, about);
  }

  /** The header that tells a client its key again, if the options say so. */
  echoOf(operation: Operation): KeptHeader | undefined {
    return this.#engine.echoOf(operation.key);
  }

  /** Ends an operation with an answer that is at hand, and gives what is to be sent. Never fails. */
  finish(operation: Operation, answer: KeptResponse, about: RefusedRequest): Awaitable<KeptResponse> {
    return this.#engine.finish(operation, answer, about);
  }

  /**
   * Ends an operation with the response of its handler, and gives what is to be sent.
   *
   * @param typeOfUntyped the `Content-Type` that the server makes up where a body has none
   * @throws what its body breaks off with; the operation is then abandoned
   */
  async settle(
    operation: Operation,
    response: Response,
    about: RefusedRequest,
    typeOfUntyped?: string,
  ): Promise<Response> {
    // Only the application follows anything here: what it does not wait for.
    if (operation.isRunning) operation.cutOff();
    if (response.type === 'error') {
      await operation.abandon();
      return response;
    }
    const { answerBytesMax } = this.#engine.settings;
    if (operation.isStreamed && response.body !== null) {
      return streamedAnswer(response, response.body, answerBytesMax, {
        finish: (kept) => this.#engine.finish(operation, kept, about),
        abandon: () => operation.abandon(),
        typeOfUntyped,
      });
    }
    let whole: WholeAnswer;
    try {
      whole = await wholeAnswer(response, answerBytesMax, typeOfUntyped);
    } catch (error) {
      await operation.abandon();
      throw error;
    }
    const { kept } = whole;
    if (whole.start !== undefined) {
      return passingAnswer(response, whole.start, {
        finish: async () => (await this.#engine.finish(operation, kept, about)) === kept,
        abandon: () => operation.abandon(),
      });
    }
    const sent = await this.#engine.finish(operation, kept, about);
    return sent === kept ? whole.response : responseOf(sent, response.headers);
  }
}

/** Path and query of a URL. */
function targetOf(url: string): string {
  const from = url.indexOf('/', url.indexOf('//') + 2);
  if (from < 0) return '/';
  const to = url.indexOf('#', from);
  return to < 0 ? url.slice(from) : url.slice(from, to);
}

/** The request id that a proxy or an earlier middleware gave, if it is one. */
function requestIdOf(headers: FetchHead['headers']): string | undefined {
  return parseRequestId(headers.get('x-request-id') ?? undefined);
}
