import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { ResponseVerbs } from './response-verbs.ts';

export type Callback = (error?: Error | null) => void;

/** What holds a response: it is called in place of the functions of the response. */
export interface Holder {
  write(chunk: unknown, encoding?: BufferEncoding | Callback, callback?: Callback): boolean;
  end(chunk?: unknown, encoding?: BufferEncoding | Callback, callback?: Callback): ServerResponse;
  writeHead(
    status: number,
    reason?: string | OutgoingHttpHeaders | OutgoingHttpHeader[],
    more?: OutgoingHttpHeaders | OutgoingHttpHeader[],
  ): ServerResponse;
  flushHeaders(): void;
  emit(event: string | symbol, ...values: unknown[]): boolean;
  destroy(error?: Error): ServerResponse;
}

const holding = Symbol('held response');

type Held = ServerResponse & { [holding]: Holder };

/**
 * The functions to install on a response. All responses have the same ones, which find their holder on the response: functions
 * made for each response cost about 1 µs of a request. A second holder of the same response has its own, because its
 * functions call those of the first one.
 */
export function verbsCalling(
  response: ServerResponse & { [holding]?: Holder },
  holder: Holder,
): ResponseVerbs {
  if (response[holding] !== undefined) return ownVerbs(holder);
  response[holding] = holder;
  return sharedVerbs;
}

const sharedVerbs: ResponseVerbs = {
  write(this: Held, chunk: unknown, encoding?: BufferEncoding | Callback, callback?: Callback) {
    return this[holding].write(chunk, encoding, callback);
  },
  end(this: Held, chunk?: unknown, encoding?: BufferEncoding | Callback, callback?: Callback) {
    return this[holding].end(chunk, encoding, callback);
  },
  writeHead(this: Held, ...head: Parameters<Holder['writeHead']>) {
    return this[holding].writeHead(...head);
  },
  flushHeaders(this: Held) {
    this[holding].flushHeaders();
  },
  emit(this: Held, event: string | symbol, ...values: unknown[]) {
    return this[holding].emit(event, ...values);
  },
  destroy(this: Held, error?: Error) {
    return this[holding].destroy(error);
  },
};

function ownVerbs(holder: Holder): ResponseVerbs {
  return {
    write: (chunk: unknown, encoding?: BufferEncoding | Callback, callback?: Callback) =>
      holder.write(chunk, encoding, callback),
    end: (chunk?: unknown, encoding?: BufferEncoding | Callback, callback?: Callback) =>
      holder.end(chunk, encoding, callback),
    writeHead: (...head: Parameters<Holder['writeHead']>) => holder.writeHead(...head),
    flushHeaders: () => holder.flushHeaders(),
    emit: (event: string | symbol, ...values: unknown[]) => holder.emit(event, ...values),
    destroy: (error?: Error) => holder.destroy(error),
  };
}
