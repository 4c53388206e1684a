import { type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { andThen, isPromise } from '../../core/awaitable.ts';
import type { KeptResponse } from '../../core/kept-response.ts';
import type { Awaitable } from '../../core/store.ts';
import { capturedAnswer, largeAnswer } from './captured-answer.ts';
import { breakOff, hideHangUp, showHangUp, tellHangUp, wasCutHere } from './hang-up.ts';
import { beginHead, checkStatus, giveHeadBack, hasBegunHead, sendHead, writeHeldHead } from './held-head.ts';
import { type Callback, type Holder, verbsCalling } from './held-verbs.ts';
import { hideSocket, showSocket } from './hidden-socket.ts';
import { type ResponseVerbs, setVerbs, verbsOf } from './response-verbs.ts';
import { sendResponse } from './send-response.ts';
import { type Chunk, chunkOf } from './written.ts';
import { WrittenBody } from './written-body.ts';

/** What happens to a response that is held back. */
export interface HeldResponseEnd {
  /** The handler has answered; returns what must be sent. Must not fail. */
  finish(answer: KeptResponse): Awaitable<KeptResponse>;
  /** The handler broke its answer off. Must not reject. */
  abandon(): Promise<void>;
  /** a larger body is too large to keep: it is sent while it is written, and only its end is held */
  readonly bodyBytesMax: number;
  /** whether the framework checks the socket, besides the response, for a client that is gone */
  readonly hidesSocket: boolean;
}

/**
 * Holds a response back until its operation has ended, no matter how the handler answers: its writes are kept, passed
 * on as one answer, and only then sent. To the handler the response looks sent: from the first write on, its headers
 * are fixed. The handler does not see a client that hangs up, so it ends what it has begun.
 *
 * @returns the controls of the held response, valid until it has ended
 */
export function holdResponse(
  response: ServerResponse,
  end: HeldResponseEnd,
): Pick<HeldResponse, 'stepAside' | 'letThrough'> {
  const held = new HeldResponse(response, end);
  held.take();
  return held;
}

class HeldResponse implements Holder {
  readonly #response: ServerResponse;
  readonly #end: HeldResponseEnd;
  readonly #original: ResponseVerbs;
  readonly #body: WrittenBody;
  #callbacks: readonly Callback[] | undefined;
  #hasEnded = false;
  #hasHungUp = false;
  /** the handler wants its writes to be sent immediately */
  #isLetThrough = false;
  /** others have since installed their own functions on the response, which call ours */
  #isAside = false;

  constructor(response: ServerResponse, end: HeldResponseEnd) {
    this.#response = response;
    this.#end = end;
    this.#body = new WrittenBody(end.bodyBytesMax);
    this.#original = verbsOf(response);
  }

  take(): void {
    const response = this.#response;
    setVerbs(response, verbsCalling(response, this));
    if (this.#end.hidesSocket) hideSocket(response);
    if (response.destroyed) this.#hideHangUp();
  }

  /** Sends what is written immediately, and keeps it. Only the end waits for the end of the operation. */
  letThrough(): void {
    if (this.#isAside || this.#hasEnded) return;
    this.#isLetThrough = true;
    if (this.#body.isHeld && !this.#body.isEmpty) this.#sendHeld(undefined);
  }

  /** Lets everything pass from now on: an inner protection holds the response. */
  stepAside(): void {
    const response = this.#response;
    this.#isAside = true;
    this.#hasEnded = true;
    if (this.#end.hidesSocket) showSocket(response);
    if (this.#hasHungUp) showHangUp(response);
  }

  #giveBack(): void {
    setVerbs(this.#response, this.#original);
    if (this.#end.hidesSocket) showSocket(this.#response);
  }

  flushHeaders(): void {
    if (this.#isAside) {
      this.#original.flushHeaders.call(this.#response);
      return;
    }
    beginHead(this.#response);
    if (this.#isLetThrough && this.#body.isHeld && !this.#hasEnded) this.#sendHeld(undefined);
  }

  write(chunk: unknown, encoding?: BufferEncoding | Callback, callback?: Callback): boolean {
    if (this.#isAside)
      return Reflect.apply(this.#original.write, this.#response, [chunk, encoding, callback]);
    const done = typeof encoding === 'function' ? encoding : callback;
    // Node reports the error for a write after the end.
    if (this.#hasEnded) return writeLate(this.#response, done);
    const body = this.#body;
    const taken = chunkOf(chunk, encoding);
    const isSent = !body.isHeld;
    body.take(taken);
    beginHead(this.#response);
    if (isSent) return this.#sendOn(taken, done);
    if (this.#isLetThrough || body.isTooLarge) return this.#sendHeld(done);
    if (typeof done === 'function') queueMicrotask(done);
    return true;
  }

  #sendHeld(done: Callback | undefined): boolean {
    const held = this.#body.letThrough();
    if (!this.#hasHungUp) {
      sendHead(this.#response, this.#original.writeHead);
      if (held.length === 0) this.#original.flushHeaders.call(this.#response);
    }
    return this.#sendOn(held, done);
  }

  #sendOn(chunk: Chunk, done: Callback | undefined): boolean {
    // If the client is gone, the handler still ends what it has begun.
    if (!this.#hasHungUp && chunk.length > 0) {
      return Reflect.apply(this.#original.write, this.#response, [chunk, 'utf8', done]);
    }
    if (typeof done === 'function') queueMicrotask(done);
    return true;
  }

  end(chunk?: unknown, encoding?: BufferEncoding | Callback, callback?: Callback): ServerResponse {
    const response = this.#response;
    if (this.#isAside) return Reflect.apply(this.#original.end, response, [chunk, encoding, callback]);
    if (typeof chunk === 'function' || typeof encoding === 'function' || typeof callback === 'function') {
      const done = [chunk, encoding, callback].find((argument) => typeof argument === 'function');
      if (isCallback(done)) this.#callbacks = [...(this.#callbacks ?? []), done];
    }
    if (this.#hasEnded) return response;
    checkStatus(response.statusCode);
    const hasLast = typeof chunk !== 'function' && chunk !== undefined && chunk !== null;
    const last = hasLast ? chunkOf(chunk, encoding) : undefined;
    if (last !== undefined) this.#body.take(last);
    beginHead(this.#response);
    if (last !== undefined && !this.#body.isHeld) this.#sendOn(last, undefined);
    this.#hasEnded = true;
    // Code that checks `writableEnded` must see true.
    response.finished = true;
    this.#settle();
    return response;
  }

  #settle(): void {
    try {
      const { bodyBytesMax } = this.#end;
      const { whole, isKept } = this.#body;
      const answer = isKept
        ? capturedAnswer(this.#response, whole, bodyBytesMax)
        : largeAnswer(this.#response, bodyBytesMax);
      const done = andThen(this.#end.finish(answer), (sent) =>
        this.#send(whole, sent === answer ? undefined : sent),
      );
      if (isPromise(done)) done.catch((error: unknown) => this.#broken(error));
    } catch (error) {
      this.#broken(error);
    }
  }

  /** @param instead replaces the answer of the handler */
  #send(body: Chunk, instead: KeptResponse | undefined): void {
    const response = this.#response;
    const { isHeld } = this.#body;
    this.#giveBack();
    if (this.#hasHungUp) {
      tellHangUp(response);
      return;
    }
    if (!isHeld && instead !== undefined) {
      // It was sent already, and must not count as the answer: the client sees that it breaks off, and retries.
      breakOff(response);
      return;
    }
    if (isHeld) giveHeadBack(response);
    response.finished = false;
    const callbacks = this.#callbacks;
    if (callbacks !== undefined) {
      response.once('finish', () => {
        for (const callback of callbacks) callback();
      });
    }
    if (instead !== undefined) sendResponse(response, instead);
    else if (isHeld && body.length > 0) response.end(body);
    else response.end();
  }

  #broken(error: unknown): void {
    this.#giveBack();
    this.#response.destroy(error instanceof Error ? error : new Error(String(error)));
  }

  writeHead(
    status: number,
    reason?: string | OutgoingHttpHeaders | OutgoingHttpHeader[],
    more?: OutgoingHttpHeaders | OutgoingHttpHeader[],
  ): ServerResponse {
    const response = this.#response;
    if (this.#isAside) return Reflect.apply(this.#original.writeHead, response, [status, reason, more]);
    writeHeldHead(response, status, reason, more);
    return response;
  }

  emit(event: string | symbol, ...values: unknown[]): boolean {
    const response = this.#response;
    if (event !== 'close' || this.#hasHungUp || this.#isAside)
      return this.#original.emit.call(response, event, ...values);
    // After the first write, frameworks report an error by cutting the connection, because they have no other way.
    if (hasBegunHead(response) && !this.#hasEnded && wasCutHere(response.req.socket)) {
      this.#breakOff();
      return this.#original.emit.call(response, event, ...values);
    }
    // The client is gone. Listeners would break off the answer, and a retry would find none.
    this.#hideHangUp();
    return true;
  }

  #hideHangUp(): void {
    const response = this.#response;
    this.#hasHungUp = true;
    // A handler that waits until the client has read more would wait forever.
    if (!this.#body.isHeld) queueMicrotask(() => response.emit('drain'));
    hideHangUp(response, () => {
      if (hasBegunHead(response) && !this.#hasEnded) this.destroy();
    });
  }

  destroy(error?: Error): ServerResponse {
    if (this.#isAside) return this.#original.destroy.call(this.#response, error);
    if (this.#hasEnded) return this.#response;
    this.#breakOff();
    if (!this.#hasHungUp) return this.#response.destroy(error);
    tellHangUp(this.#response);
    return this.#response;
  }

  #breakOff(): void {
    this.#hasEnded = true;
    this.#giveBack();
    this.#end.abandon().catch((error: unknown) => this.#broken(error));
  }
}

function isCallback(value: unknown): value is Callback {
  return typeof value === 'function';
}

/** Lets Node report the error for a write after the end. */
function writeLate(response: ServerResponse, done: Callback | undefined): boolean {
  return ServerResponse.prototype.write.call(response, '', 'utf8', done);
}
