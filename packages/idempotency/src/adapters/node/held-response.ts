import { type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { andThen, isPromise } from '../../core/awaitable.ts';
import type { KeptResponse } from '../../core/kept-response.ts';
import type { Awaitable } from '../../core/store.ts';
import { capturedAnswer, largeAnswer } from './captured-answer.ts';
import { hideSocket, showSocket } from './hidden-socket.ts';
import { sendResponse } from './send-response.ts';
import { type Chunk, chunkOf, joined, setHeaders } from './written.ts';

/** What becomes of a response that is held back. */
export interface HeldResponseEnd {
  /** The handler has answered; gives what is to be sent. Must not fail. */
  finish(answer: KeptResponse): Awaitable<KeptResponse>;
  /** The handler broke its answer off. Must not reject. */
  abandon(): Promise<void>;
  /** bytes of a body after which it is not held, only its end: it is too large to be kept */
  readonly bodyBytesMax: number;
  /** whether the framework asks the socket, besides the response, if the client is still there */
  readonly hidesSocket: boolean;
}

type Callback = (error?: Error | null) => void;

/** The parts of a response that Node keeps to itself, and that stand behind `headersSent` and `closed`. */
interface Inside {
  _header: string | null;
  _closed?: boolean;
}

/** What stands where Node keeps the head of a response, once it counts as sent. */
const headHeld = 'held back';

/**
 * Holds a response back until its operation has ended, whichever way the handler answers: what it writes is kept,
 * handed over as one answer, and sent only then. To the handler it looks as if it were sent: from the first write on its
 * headers stand. A client that hangs up is not seen by the handler, so that it ends what it has begun.
 *
 * @returns lets everything pass from now on: another protection, further in, holds the response
 */
export function holdResponse(response: ServerResponse, end: HeldResponseEnd): () => void {
  const held = new HeldResponse(response, end);
  held.take();
  return () => held.stepAside();
}

class HeldResponse {
  readonly #response: ServerResponse;
  /** the same, as Node sees it */
  readonly #inside: Inside;
  readonly #end: HeldResponseEnd;
  readonly #original: Pick<
    ServerResponse,
    'write' | 'end' | 'writeHead' | 'flushHeaders' | 'emit' | 'destroy'
  >;
  readonly #chunks: Chunk[] = [];
  #callbacks: readonly Callback[] | undefined;
  #bytes = 0;
  #hasEnded = false;
  #hasHungUp = false;
  /** the body is too large to be kept: what is written is sent, and only the end is held */
  #isPassing = false;
  /** others have put their own functions on the response since, which call ours */
  #isAside = false;

  constructor(response: ServerResponse, end: HeldResponseEnd) {
    this.#response = response;
    this.#inside = inside(response);
    this.#end = end;
    const { write, end: originalEnd, writeHead, flushHeaders, emit, destroy } = response;
    this.#original = { write, end: originalEnd, writeHead, flushHeaders, emit, destroy };
  }

  take(): void {
    const response = this.#response;
    response.write = this.#write;
    response.end = this.#finish;
    response.writeHead = this.#writeHead;
    response.flushHeaders = this.#begin;
    response.emit = this.#emit;
    response.destroy = this.#destroy;
    if (this.#end.hidesSocket) hideSocket(response);
    if (response.destroyed) this.#hideHangUp();
  }

  stepAside(): void {
    const response = this.#response;
    this.#isAside = true;
    this.#hasEnded = true;
    if (this.#end.hidesSocket) showSocket(response);
    if (!this.#hasHungUp) return;
    response.destroyed = true;
    this.#inside._closed = true;
  }

  #giveBack(): void {
    const response = this.#response;
    const { write, end, writeHead, flushHeaders, emit, destroy } = this.#original;
    response.write = write;
    response.end = end;
    response.writeHead = writeHead;
    response.flushHeaders = flushHeaders;
    response.emit = emit;
    response.destroy = destroy;
    if (this.#end.hidesSocket) showSocket(response);
  }

  /**
   * From now on the headers count as sent: Node itself refuses to change them. Libraries such as `on-headers` put their
   * own `writeHead` on a response, to set headers when the first byte is written. Node calls that one, and so do we.
   */
  readonly #begin = (): void => {
    const response = this.#response;
    if (this.#isAside) {
      this.#original.flushHeaders.call(response);
      return;
    }
    if (this.#inside._header === null) response.writeHead(response.statusCode);
    this.#inside._header ??= headHeld;
  };

  readonly #write = (chunk: unknown, encoding?: BufferEncoding | Callback, callback?: Callback): boolean => {
    if (this.#isAside)
      return Reflect.apply(this.#original.write, this.#response, [chunk, encoding, callback]);
    const done = typeof encoding === 'function' ? encoding : callback;
    // Node says what is wrong with a write after the end.
    if (this.#hasEnded) return writeLate(this.#response, done);
    if (this.#isPassing) return this.#pass(chunkOf(chunk, encoding), done);
    this.#keep(chunk, encoding);
    this.#begin();
    if (this.#bytes > this.#end.bodyBytesMax) return this.#beginPassing(done);
    if (typeof done === 'function') queueMicrotask(done);
    return true;
  };

  #beginPassing(done: Callback | undefined): boolean {
    const response = this.#response;
    this.#isPassing = true;
    this.#inside._header = null;
    response.writeHead = this.#original.writeHead;
    response.flushHeaders = this.#original.flushHeaders;
    const held = joined(this.#chunks);
    this.#chunks.length = 0;
    return this.#pass(held, done);
  }

  #pass(chunk: Chunk, done: Callback | undefined): boolean {
    // Nobody reads it any more; the handler is to end what it has begun.
    if (!this.#hasHungUp) return Reflect.apply(this.#original.write, this.#response, [chunk, 'utf8', done]);
    if (typeof done === 'function') queueMicrotask(done);
    return true;
  }

  #keep(chunk: unknown, encoding: unknown): void {
    const kept = chunkOf(chunk, encoding);
    this.#chunks.push(kept);
    this.#bytes += kept.length;
  }

  readonly #finish = (
    chunk?: unknown,
    encoding?: BufferEncoding | Callback,
    callback?: Callback,
  ): ServerResponse => {
    const response = this.#response;
    if (this.#isAside) return Reflect.apply(this.#original.end, response, [chunk, encoding, callback]);
    if (typeof chunk === 'function' || typeof encoding === 'function' || typeof callback === 'function') {
      const done = [chunk, encoding, callback].find((argument) => typeof argument === 'function');
      if (isCallback(done)) this.#callbacks = [...(this.#callbacks ?? []), done];
    }
    if (this.#hasEnded) return response;
    checkStatus(response.statusCode);
    if (typeof chunk !== 'function' && chunk !== undefined && chunk !== null) {
      if (this.#isPassing) this.#pass(chunkOf(chunk, encoding), undefined);
      else this.#keep(chunk, encoding);
    }
    if (!this.#isPassing) this.#begin();
    this.#hasEnded = true;
    // What asks whether the answer has ended (`writableEnded`) must hear yes.
    response.finished = true;
    this.#settle();
    return response;
  };

  #settle(): void {
    try {
      const { bodyBytesMax } = this.#end;
      const body = joined(this.#chunks);
      const answer = this.#isPassing
        ? largeAnswer(this.#response, bodyBytesMax)
        : capturedAnswer(this.#response, body, bodyBytesMax);
      const done = andThen(this.#end.finish(answer), (sent) =>
        this.#send(body, sent === answer ? undefined : sent),
      );
      if (isPromise(done)) done.catch(this.#broken);
    } catch (error) {
      this.#broken(error);
    }
  }

  /** @param instead what is sent in the place of what the handler answered */
  #send(body: Chunk, instead: KeptResponse | undefined): void {
    const response = this.#response;
    this.#giveBack();
    if (this.#hasHungUp) {
      this.#tellHangUp();
      return;
    }
    if (this.#isPassing && instead !== undefined) {
      // It is sent already, and must not count as the answer: the client finds that it breaks off, and asks again.
      response.destroy();
      return;
    }
    if (!this.#isPassing) this.#inside._header = null;
    response.finished = false;
    const callbacks = this.#callbacks;
    if (callbacks !== undefined) {
      response.once('finish', () => {
        for (const callback of callbacks) callback();
      });
    }
    if (instead !== undefined) sendResponse(response, instead);
    else if (body.length > 0) response.end(body);
    else response.end();
  }

  readonly #broken = (error: unknown): void => {
    this.#giveBack();
    this.#response.destroy(error instanceof Error ? error : new Error(String(error)));
  };

  readonly #writeHead = (
    status: number,
    reason?: string | OutgoingHttpHeaders | OutgoingHttpHeader[],
    more?: OutgoingHttpHeaders | OutgoingHttpHeader[],
  ): ServerResponse => {
    const response = this.#response;
    if (this.#isAside) return Reflect.apply(this.#original.writeHead, response, [status, reason, more]);
    checkStatus(status);
    // Node says what is wrong with a second head.
    if (this.#inside._header !== null) return ServerResponse.prototype.writeHead.call(response, status);
    response.statusCode = status;
    if (typeof reason === 'string') response.statusMessage = reason;
    const headers = typeof reason === 'string' ? more : (reason ?? more);
    setHeaders(response, headers);
    this.#inside._header = headHeld;
    return response;
  };

  readonly #emit = (event: string | symbol, ...values: unknown[]): boolean => {
    const response = this.#response;
    if (event !== 'close' || this.#hasHungUp || this.#isAside)
      return this.#original.emit.call(response, event, ...values);
    // An error after the first write makes frameworks cut the connection, for want of another way to tell of it.
    if (this.#inside._header !== null && !this.#hasEnded && wasCutHere(response.req.socket)) {
      this.#breakOff();
      return this.#original.emit.call(response, event, ...values);
    }
    // The client is gone. Whoever listens would break the answer off, and a retry would then find none.
    this.#hideHangUp();
    return true;
  };

  #hideHangUp(): void {
    const response = this.#response;
    this.#hasHungUp = true;
    response.destroyed = false;
    this.#inside._closed = false;
    // What waits until the client has read waits for ever.
    if (this.#isPassing) queueMicrotask(() => response.emit('drain'));
    const { socket } = response.req;
    const { destroy } = socket;
    // What is dead already tells nobody that the framework cuts it.
    socket.destroy = (error) => {
      if (this.#inside._header !== null && !this.#hasEnded) this.#destroy();
      return destroy.call(socket, error);
    };
  }

  #tellHangUp(): void {
    const response = this.#response;
    response.finished = true;
    response.destroyed = true;
    this.#inside._closed = true;
    response.emit('close');
  }

  readonly #destroy = (error?: Error): ServerResponse => {
    if (this.#isAside) return this.#original.destroy.call(this.#response, error);
    if (this.#hasEnded) return this.#response;
    this.#breakOff();
    if (this.#hasHungUp) {
      this.#tellHangUp();
      return this.#response;
    }
    return this.#response.destroy(error);
  };

  #breakOff(): void {
    this.#hasEnded = true;
    this.#giveBack();
    this.#end.abandon().catch(this.#broken);
  }
}

function writeLate(response: ServerResponse, done: Callback | undefined): boolean {
  return ServerResponse.prototype.write.call(response, '', 'utf8', done);
}

/** A client that hangs up leaves the end of its stream or an error; a connection cut on this side has neither. */
function wasCutHere(socket: Socket): boolean {
  return socket.destroyed && socket.errored === null && !socket.readableEnded;
}

/** @throws {RangeError} as Node does, for what is no status */
function checkStatus(status: number): void {
  if (Number.isInteger(status) && status >= 100 && status <= 999) return;
  throw new RangeError(`Invalid status code: ${status}`);
}

function isCallback(value: unknown): value is Callback {
  return typeof value === 'function';
}

/** What every response of Node 24 has, and its types do not tell. */
function inside(response: ServerResponse & Partial<Inside>): Inside {
  return response as Inside;
}
