import type { IncomingMessage, ServerResponse } from 'node:http';
import { andThen, isPromise } from '../../core/awaitable.ts';
import {
  type CallerOptions,
  callerOptionFaults,
  callerOptionNames,
  isForwardedUnheard,
  unnamedCallersFault,
} from '../../core/caller-options.ts';
import { isPlainObject } from '../../core/canonical-json.ts';
import { checkOptions } from '../../core/check-options.ts';
import {
  type Begun,
  IdempotencyEngine,
  type IdempotentRequest,
  type RefusedRequest,
} from '../../core/engine.ts';
import type { KeptResponse } from '../../core/kept-response.ts';
import {
  type KeyOptions,
  keyOptionFaults,
  keyOptionNames,
  parseReturnedKey,
  parseSkip,
} from '../../core/key-options.ts';
import type { KeyReading } from '../../core/key-reader.ts';
import type { Operation } from '../../core/operation.ts';
import type { IdempotencyOptions } from '../../core/options.ts';
import type { Refusal } from '../../core/refusal.ts';
import { isJson, type RequestBody, UnreadableBodyError } from '../../core/request-body.ts';
import { headerValues, splitTarget } from '../../core/request-head.ts';
import type { Caller } from '../../core/scope.ts';
import type { Awaitable } from '../../core/store.ts';
import type { WarningCode } from '../../core/warning.ts';
import { comparedBytes } from './content-coding.ts';
import { holdResponse } from './held-response.ts';
import { callerOf, knownAddress, ownRequestId, requestIdOf } from './node-request.ts';
import { operationOf } from './operations.ts';
import { sendResponse } from './send-response.ts';
import { uploadedForm } from './uploaded-form.ts';
import { hasBody, keepWhenHungUp, readWholeBody } from './whole-body.ts';

/** The options of an adapter on `node:http`; `Request` is the framework's. */
export interface NodeOptions<Request>
  extends IdempotencyOptions,
    CallerOptions<Request>,
    KeyOptions<[request: Request]> {
  /**
   * What the body is compared by, where a parser leaves something that is neither text, bytes nor JSON (files, for
   * example): JSON, text or bytes that tell one body from another. A promise is awaited.
   */
  readonly fingerprintBody?: (request: Request) => unknown;
}

/** A request as a framework on `node:http` has it. */
export interface NodeExchange<Request> {
  readonly request: Request;
  readonly raw: IncomingMessage;
  readonly response: ServerResponse;
  /** the request target as the client sent it, also under a mounted router */
  readonly target: string;
  /** what a body parser left; read only when the body was consumed */
  readonly parsedBody: () => unknown;
  readonly requestId?: string;
  /** the address of the client, as the framework knows it */
  readonly address?: () => string | undefined;
  /** whether an answer, while the handler runs, is not its own */
  readonly isOthersAnswer?: () => boolean;
  /** Sends an answer in place of the handler; by default on the response itself. */
  readonly send?: (answer: KeptResponse) => void;
}

/** Whether the handler runs, and under which operation. */
export type Protected =
  | { readonly kind: 'run'; readonly operation: Operation | undefined }
  | { readonly kind: 'answered' };

const noBody: RequestBody = { kind: 'none' };
const answered: Protected = { kind: 'answered' };
const unprotected: Protected = { kind: 'run', operation: undefined };

function answerWith(
  exchange: Pick<NodeExchange<unknown>, 'send' | 'response'>,
  answer: KeptResponse,
): Protected {
  if (exchange.send === undefined) sendResponse(exchange.response, answer);
  else exchange.send(answer);
  return answered;
}

/** Protects requests on `node:http`: what the adapters of all frameworks on it share. */
export class NodeProtection<Request> {
  readonly #engine: IdempotencyEngine;
  readonly #options: NodeOptions<Request>;

  readonly #hidesSocket: boolean;

  /**
   * @param hidesSocket whether the framework asks the socket, besides the response, if the client is still there
   * @throws {InvalidOptionsError}
   */
  constructor(options: NodeOptions<Request>, hidesSocket = false) {
    const faults = [
      ...callerOptionFaults(options),
      ...unnamedCallersFault(options),
      ...keyOptionFaults(options),
    ];
    if (options.fingerprintBody !== undefined && typeof options.fingerprintBody !== 'function') {
      faults.push('fingerprintBody must be a function');
    }
    this.#engine = new IdempotencyEngine(
      checkOptions(options, [...callerOptionNames, ...keyOptionNames, 'fingerprintBody'], faults),
    );
    this.#options = options;
    this.#hidesSocket = hidesSocket;
  }

  /** Whether a write without a key is refused. */
  get requiresKey(): boolean {
    return this.#engine.settings.requireKey;
  }

  /** Warns of what weakens the protection, once. */
  warn(code: WarningCode): void {
    this.#engine.warn(code);
  }

  /** Whether a request is to be protected at all: the quick look that a request without a key costs. */
  concerns({ method, headers }: IncomingMessage): boolean {
    return this.#engine.keys.concerns(method ?? '', (name) => headers[name] !== undefined);
  }

  /**
   * Answers a request from its record, or says that its handler is to run, with the response held back until the
   * operation has ended. Known at once if the body was parsed before and the store answers at once.
   *
   * @throws {UnreadableBodyError} if the body cannot be compared
   * @throws {InvalidKeyError} for what is no key, or not true or false
   */
  protect(exchange: NodeExchange<Request>): Awaitable<Protected> {
    const { skip } = this.#options;
    if (skip === undefined) return this.#findKey(exchange);
    return andThen(skip(exchange.request), (isSkipped) =>
      parseSkip(isSkipped) ? unprotected : this.#findKey(exchange),
    );
  }

  #findKey(exchange: NodeExchange<Request>): Awaitable<Protected> {
    const { raw, request } = exchange;
    const { keys, settings } = this.#engine;
    const { keyPlace } = settings;
    const { keyOf } = this.#options;
    if (keyPlace.kind === 'header') {
      return this.#give(exchange, keys.ofLines(headerValues(raw, keyPlace.header)));
    }
    const has = (name: string) => raw.headers[name] !== undefined;
    if (typeof keyOf === 'function') {
      return andThen(keyOf(request), (key) => this.#give(exchange, keys.ofValue(parseReturnedKey(key), has)));
    }
    if (!isJson(raw.headers['content-type'])) {
      return this.#give(exchange, keys.ofBody({ kind: 'parsed', value: exchange.parsedBody() }, has));
    }
    keepWhenHungUp(raw);
    return andThen(this.#body(exchange), (body) =>
      typeof body === 'string'
        ? this.#unread(exchange, body, this.#about(exchange))
        : this.#give(exchange, keys.ofBody(body, has), body),
    );
  }

  /** @param body the body, if it was read to find the key */
  #give(exchange: NodeExchange<Request>, reading: KeyReading, body?: RequestBody): Awaitable<Protected> {
    if (reading.kind === 'unprotected') return unprotected;
    const outer = operationOf(exchange.raw);
    if (outer === undefined) return this.#protect(exchange, reading, body, undefined);
    // The same request is protected further out, too. The options of this place win.
    return andThen(outer.giveWay(), () => this.#protect(exchange, reading, body, outer.fingerprint));
  }

  #protect(
    exchange: NodeExchange<Request>,
    reading: Exclude<KeyReading, { readonly kind: 'unprotected' }>,
    read: RequestBody | undefined,
    fingerprint: string | undefined,
  ): Awaitable<Protected> {
    const { raw } = exchange;
    const about = this.#about(exchange);
    if (reading.kind === 'refused') return this.#refuse(exchange, reading.refusal, about);
    if (raw.httpVersionMajor >= 2) return this.#refuse(exchange, { code: 'http2_unsupported' }, about);
    keepWhenHungUp(raw);
    const { key } = reading;
    const isKnown = fingerprint !== undefined && this.#options.fingerprintBody === undefined;
    const known = isKnown ? { fingerprint } : {};
    return andThen(this.#callerOf(exchange), (caller) =>
      andThen(read ?? (isKnown && raw.readableEnded ? noBody : this.#body(exchange)), (body) =>
        typeof body === 'string'
          ? this.#unread(exchange, body, about)
          : this.#begin(exchange, body, { caller, key, ...known, ...about }),
      ),
    );
  }

  #about(exchange: NodeExchange<Request>): RefusedRequest {
    const { raw } = exchange;
    return {
      accept: raw.headers.accept,
      requestId: exchange.requestId ?? ownRequestId(exchange) ?? requestIdOf(raw),
    };
  }

  #unread(
    exchange: NodeExchange<Request>,
    why: 'too_large' | 'broken_off',
    about: RefusedRequest,
  ): Protected {
    if (why === 'broken_off') return answered;
    const bytesMax = this.#engine.settings.requestBytesMax;
    return this.#refuse(exchange, { code: 'payload_too_large', bytesMax }, about);
  }

  #callerOf({ request, raw, address }: NodeExchange<Request>): Awaitable<Caller | undefined> {
    const options = this.#options;
    if (options.callers === undefined) return callerOf(request, undefined, options);
    const known = knownAddress(raw, address?.());
    if (isForwardedUnheard(known, options.trustedProxies, (name) => raw.headers[name] !== undefined)) {
      this.#engine.warn('untrusted_forwarded_header');
    }
    return callerOf(request, known, options);
  }

  #begin(
    exchange: NodeExchange<Request>,
    body: RequestBody,
    about: RefusedRequest & Pick<IdempotentRequest, 'caller' | 'key' | 'fingerprint'>,
  ): Awaitable<Protected> {
    const { raw } = exchange;
    const { path, query } = splitTarget(exchange.target);
    const begun = this.#engine.begin({
      method: raw.method ?? '',
      path,
      query,
      ifMatch: raw.headers['if-match'],
      body,
      fingerprint: about.fingerprint,
      caller: about.caller,
      key: about.key,
      accept: about.accept,
      requestId: about.requestId,
    });
    return andThen(begun, (known) => this.#go(exchange, known, about));
  }

  #go(exchange: NodeExchange<Request>, begun: Begun, about: RefusedRequest): Protected {
    switch (begun.kind) {
      case 'answer':
        return answerWith(exchange, begun.response);
      case 'proceed':
        return unprotected;
      case 'execute':
        this.#hold(exchange, begun.operation, about);
        return { kind: 'run', operation: begun.operation };
    }
  }

  #refuse(exchange: NodeExchange<Request>, refusal: Refusal, about: RefusedRequest): Protected {
    return answerWith(exchange, this.#engine.refuse(refusal, about).response);
  }

  #hold(
    { response, isOthersAnswer = () => false }: NodeExchange<Request>,
    operation: Operation,
    about: RefusedRequest,
  ): void {
    const stepAside = holdResponse(response, {
      finish: (answer) => {
        if (wasTimedOut(response.req) || (operation.isRunning && isOthersAnswer())) operation.cutOff();
        return this.#engine.finish(operation, answer, about);
      },
      abandon: () => operation.abandon(),
      bodyBytesMax: this.#engine.settings.answerBytesMax,
      hidesSocket: this.#hidesSocket,
    });
    operation.onGivingWay(stepAside);
  }

  #body(exchange: NodeExchange<Request>): Awaitable<RequestBody | 'too_large' | 'broken_off'> {
    const { raw, request } = exchange;
    const { fingerprintBody } = this.#options;
    if (fingerprintBody !== undefined) {
      return andThen(fingerprintBody(request), (value): RequestBody => ({ kind: 'parsed', value }));
    }
    if (!hasBody(raw)) return unannounced(raw, exchange.parsedBody());
    // A parser that does not know the media type leaves an empty object, and the body unread.
    if (raw.readableEnded) return this.#consumed(exchange);
    return this.#wholeBody(exchange);
  }

  #consumed({ raw, request, parsedBody }: NodeExchange<Request>): Awaitable<RequestBody> {
    const form = uploadedForm(request, parsedBody());
    if (form === undefined) return consumed(raw, parsedBody());
    return andThen(
      form,
      (value): RequestBody => ({ kind: 'parsed', value, contentType: 'multipart/form-data' }),
    );
  }

  async #wholeBody(exchange: NodeExchange<Request>): Promise<RequestBody | 'too_large' | 'broken_off'> {
    const { raw } = exchange;
    const read = await readWholeBody(raw, this.#engine.settings.requestBytesMax);
    if (read.kind === 'consumed') return this.#consumed(exchange);
    if (read.kind !== 'whole') return read.kind;
    const { 'content-encoding': coding, 'content-type': contentType } = raw.headers;
    const { requestBytesMax } = this.#engine.settings;
    return { kind: 'raw', body: comparedBytes(read.bytes, coding, requestBytesMax), contentType };
  }
}

/** `connect-timeout` answers in the place of a handler, which it cannot stop. */
function wasTimedOut(request: IncomingMessage & { readonly timedout?: unknown }): boolean {
  return request.timedout === true;
}

/** A serverless bridge may hand over a body that no header announces. Some parsers leave an empty object for none. */
function unannounced({ headers }: IncomingMessage, parsedBody: unknown): RequestBody {
  return parsedBody === undefined || parsedBody === null || isEmptyObject(parsedBody)
    ? { kind: 'none' }
    : { kind: 'parsed', value: parsedBody, contentType: headers['content-type'] };
}

function isEmptyObject(value: unknown): boolean {
  return isPlainObject(value) && Object.keys(value).length === 0;
}

/** @throws {UnreadableBodyError} if the body was read and not all of it is left */
function consumed({ headers }: IncomingMessage, parsedBody: unknown): RequestBody {
  // Parsers of forms put the files elsewhere, and two forms would differ in nothing else.
  const isForm = headers['content-type']?.toLowerCase().startsWith('multipart/') === true;
  if (parsedBody !== undefined && !isForm)
    return { kind: 'parsed', value: parsedBody, contentType: headers['content-type'] };
  throw new UnreadableBodyError(
    'the body was read before and is not kept: protect the route before that, or give the option fingerprintBody',
  );
}

/** Goes on with a request as soon as it is known that its handler is to run; for frameworks with callbacks. */
export function goOn(
  protect: () => Awaitable<Protected>,
  run: (outcome: Protected & { kind: 'run' }) => void,
  failed: (error: Error) => void,
): void {
  let outcome: Awaitable<Protected>;
  try {
    outcome = protect();
  } catch (error) {
    failed(errorOf(error));
    return;
  }
  const proceed = (known: Protected): void => {
    if (known.kind === 'run') run(known);
  };
  if (!isPromise(outcome)) proceed(outcome);
  else outcome.then(proceed).catch((error: unknown) => failed(errorOf(error)));
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
