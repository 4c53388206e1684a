import { andThen, isPromise } from '../../core/awaitable.ts';
import { IdempotencyEngine } from '../../core/engine.ts';
import type { Begun, RefusedRequest } from '../../core/idempotent-request.ts';
import type { KeptHeader, KeptResponse } from '../../core/kept-response.ts';
import { parseReturnedKey, parseSkip } from '../../core/key-options.ts';
import type { HasHeader, KeyReading } from '../../core/key-reader.ts';
import type { Operation } from '../../core/operation.ts';
import type { EngineSettings } from '../../core/options.ts';
import { mayBeJson, type RequestBody } from '../../core/request-body.ts';
import { parseRequestId, splitTarget } from '../../core/request-head.ts';
import type { Caller } from '../../core/scope.ts';
import type { Awaitable } from '../../core/store.ts';
import type { WarningCode } from '../../core/warning.ts';
import { passingAnswer } from './passing-answer.ts';
import { streamedAnswer } from './streamed-answer.ts';
import { responseOf, type WholeAnswer, wholeAnswer } from './whole-answer.ts';

/** The parts of a `Request`, or a similar object, that are read. */
export interface FetchHead {
  readonly method: string;
  readonly url: string;
  readonly headers: Pick<Headers, 'get'>;
}

/** How an adapter reads a request that carries a key. */
export interface FetchReader<Whole extends { readonly kind: 'whole'; readonly body: RequestBody }> {
  /** the operation of an outer protection of the same request, which gives way */
  readonly outer: Operation | undefined;
  /** whether the adapter compares bodies by a function of the application */
  readonly comparesItself: boolean;
  /** the request object of the framework */
  readonly source: unknown;
  /** the id that the application gave the request, other than by a header */
  readonly requestId?: unknown;
  /** the options `skip` and `keyOf`, if they are functions */
  readonly skip: (() => Awaitable<unknown>) | undefined;
  readonly key: (() => Awaitable<unknown>) | undefined;
  /**
   * called before the body is read, unless the key is in the body: the address is then known even if the connection is
   * reset later
   */
  readonly caller: () => Awaitable<Caller | undefined>;
  readonly read: (
    bytesMax: number,
  ) => Promise<Whole | { readonly kind: 'too_large' } | { readonly kind: 'broken_off' }>;
}

/** What an adapter does next; `whole` is set if the handler must run. */
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

/**
 * The result of looking for a key: a key or none, with the request if its body was read for this; or that the body
 * could not be read.
 */
type FoundKey<Whole> =
  | { readonly kind: 'found'; readonly reading: KeyReading; readonly whole: Whole | undefined }
  | { readonly kind: 'unread'; readonly why: 'too_large' | 'broken_off' };

/** The answer to a client that broke off its request; most likely no one reads it. */
const brokenOff: KeptResponse = { status: 400, headers: [], body: '' };

/** Protects requests of the Fetch API: shared by the adapters of all frameworks based on it. */
export class FetchProtection {
  readonly #engine: IdempotencyEngine;

  constructor(settings: EngineSettings) {
    this.#engine = new IdempotencyEngine(settings);
  }

  /** Whether a request may need protection: a quick check, so that a request without a key costs little. */
  concerns({ method, headers }: FetchHead): boolean {
    return this.#engine.keys.concerns(method, (name) => headers.get(name) !== null);
  }

  /** Warns once of a weakness in the protection. */
  warn(code: WarningCode): void {
    this.#engine.warn(code);
  }

  /**
   * @throws the errors of `reader`
   * @throws {UnreadableBodyError} if the body cannot be compared
   * @throws {InvalidKeyError} if `keyOf` returns something that is not a key, or `skip` something other than true or
   * false
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
    // Only promises are awaited: each `await` costs as much as a digest.
    const finding = this.#findKey(head, reader);
    const found = isPromise(finding) ? await finding : finding;
    if (found.kind === 'unread') return this.#unread(found.why, about);
    const { reading } = found;
    if (reading.kind === 'unprotected') {
      return found.whole === undefined ? reading : { kind: 'proceed', whole: found.whole };
    }
    if (reader.outer !== undefined) await reader.outer.giveWay();
    if (reading.kind === 'refused') return this.#engine.refuse(reading.refusal, about);
    const naming = reader.caller();
    const caller = isPromise(naming) ? await naming : naming;
    const whole = found.whole ?? (await reader.read(this.#engine.settings.requestBytesMax));
    if (whole.kind !== 'whole') return this.#unread(whole.kind, about);
    const beginning = this.#engine.begin({
      method,
      ...splitTarget(targetOf(head.url)),
      ifMatch: headers.get('if-match') ?? undefined,
      headerOf: (name) => headers.get(name) ?? undefined,
      body: whole.body,
      outer: reader.outer,
      hasFunction: reader.comparesItself,
      caller,
      key: reading.key,
      ...about,
    });
    const begun: Begun = isPromise(beginning) ? await beginning : beginning;
    switch (begun.kind) {
      case 'answer':
        return begun;
      case 'proceed':
        return { kind: 'proceed', whole };
      case 'execute':
        return { kind: 'execute', whole, operation: begun.operation, about };
    }
  }

  #findKey<Whole extends { readonly kind: 'whole'; readonly body: RequestBody }>(
    { headers }: FetchHead,
    reader: FetchReader<Whole>,
  ): Awaitable<FoundKey<Whole>> {
    const { keys, settings } = this.#engine;
    const { keyPlace } = settings;
    const has = (name: string) => headers.get(name) !== null;
    switch (keyPlace.kind) {
      case 'header': {
        // `Headers` joins two lines with a comma and a space. No key contains these, so two lines are refused.
        const line = headers.get(keyPlace.header);
        return { kind: 'found', reading: keys.ofLines(line === null ? [] : [line]), whole: undefined };
      }
      case 'function':
        return andThen(reader.key?.(), (key) => {
          const reading = keys.ofValue(parseReturnedKey(key), has);
          return { kind: 'found', reading, whole: undefined };
        });
      case 'member':
        if (!mayBeJson(headers.get('content-type') ?? undefined)) {
          return { kind: 'found', reading: keys.ofValue(undefined, has), whole: undefined };
        }
        return this.#findKeyInBody(reader, has);
    }
  }

  async #findKeyInBody<Whole extends { readonly kind: 'whole'; readonly body: RequestBody }>(
    reader: FetchReader<Whole>,
    has: HasHeader,
  ): Promise<FoundKey<Whole>> {
    const { keys, settings } = this.#engine;
    const whole = await reader.read(settings.requestBytesMax);
    if (whole.kind !== 'whole') return { kind: 'unread', why: whole.kind };
    return { kind: 'found', reading: keys.ofBody(whole.body, has), whole };
  }

  #unread(why: 'too_large' | 'broken_off', about: RefusedRequest): Begun & { kind: 'answer' } {
    if (why === 'broken_off') return { kind: 'answer', response: brokenOff };
    const bytesMax = this.#engine.settings.requestBytesMax;
    return this.#engine.refuse({ code: 'payload_too_large', bytesMax }, about);
  }

  /** The header that returns its key to the client, if the options ask for it. */
  echoOf(operation: Operation): KeptHeader | undefined {
    return this.#engine.echoOf(operation.key);
  }

  /** Ends an operation with a complete answer, and returns what must be sent. Never fails. */
  finish(operation: Operation, answer: KeptResponse, about: RefusedRequest): Awaitable<KeptResponse> {
    return this.#engine.finish(operation, answer, about);
  }

  /**
   * Ends an operation with the response of its handler, and returns what must be sent.
   *
   * @param typeOfUntyped the `Content-Type` that the server adds if a body has none
   * @throws the error that its body breaks off with; the operation is then abandoned
   */
  async settle(
    operation: Operation,
    response: Response,
    about: RefusedRequest,
    typeOfUntyped?: string,
  ): Promise<Response> {
    // Work that runs on after the response cannot be observed here, only by the application.
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

/** The request id that a proxy or an earlier middleware set, if it is safe to repeat. */
function requestIdOf(headers: FetchHead['headers']): string | undefined {
  return parseRequestId(headers.get('x-request-id') ?? undefined);
}
