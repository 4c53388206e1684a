import { OutgoingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const original = Object.getOwnPropertyDescriptor(OutgoingMessage.prototype, 'socket');
const subscriptions: ReadonlySet<string | symbol> = new Set(['on', 'once', 'addListener', 'prependListener']);
const endings: ReadonlySet<unknown> = new Set(['close', 'error', 'end']);

const hiding = Symbol('hidden socket');

/** A response whose socket is hidden; `times` counts how often. */
interface Hiding {
  times: number;
  shown: Socket | null;
}

type HidingResponse = ServerResponse & { __onFinished?: unknown; [hiding]?: Hiding };

// The same two functions for all responses: V8 then needs only one shape for them.
const hidden: PropertyDescriptor & ThisType<HidingResponse> = {
  configurable: true,
  get() {
    const socket: Socket | null = original?.get?.call(this) ?? null;
    const state = this[hiding];
    if (state === undefined || state.times === 0 || socket === null) return socket;
    state.shown ??= standIn(socket);
    return state.shown;
  },
  set(socket: Socket | null) {
    const state = this[hiding];
    if (state !== undefined) state.shown = null;
    original?.set?.call(this, socket);
  },
};

/**
 * Hides the end of a response's socket from code that checks the response, until `showSocket` is called. `on-finished`,
 * with which Koa and Express end the streams of an answer, checks the socket and not the response; it would break off
 * an answer whose client has hung up.
 */
export function hideSocket(response: HidingResponse): void {
  // `on-finished` has one listener for each response, which may watch the real socket already. New callbacks must not
  // join it.
  if (response.__onFinished !== undefined) response.__onFinished = undefined;
  const state = response[hiding];
  if (state !== undefined) {
    state.times++;
    return;
  }
  response[hiding] = { times: 1, shown: null };
  Object.defineProperty(response, 'socket', hidden);
}

/** Undoes `hideSocket`. */
export function showSocket(response: HidingResponse): void {
  const state = response[hiding];
  if (state !== undefined) state.times--;
}

function standIn(socket: Socket): Socket {
  const proxy: Socket = new Proxy(socket, {
    get(target, name) {
      if (name === 'writable') return true;
      if (name === 'destroyed') return false;
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...values: unknown[]): unknown => {
        if (subscriptions.has(name) && endings.has(values[0])) return proxy;
        const result: unknown = Reflect.apply(value, target, values);
        return result === target ? proxy : result;
      };
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
  return proxy;
}
