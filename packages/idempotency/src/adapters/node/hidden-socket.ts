import { OutgoingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const original = Object.getOwnPropertyDescriptor(OutgoingMessage.prototype, 'socket');
const subscriptions: ReadonlySet<string | symbol> = new Set(['on', 'once', 'addListener', 'prependListener']);
const endings: ReadonlySet<unknown> = new Set(['close', 'error', 'end']);

/**
 * Hides the end of a response's socket from whoever asks the response for it, until it is shown again. `on-finished`,
 * which Koa and Express end the streams of an answer with, asks the socket and not the response; it would break off an
 * answer whose client has hung up.
 *
 * @returns shows the socket again
 */
export function hideSocket(response: ServerResponse & { __onFinished?: unknown }): () => void {
  // Who came before us has been told of the socket; who comes now must not join that listener of `on-finished`.
  if (response.__onFinished !== undefined) response.__onFinished = undefined;
  let isHidden = true;
  let shown: Socket | null = null;
  Object.defineProperty(response, 'socket', {
    configurable: true,
    get(this: ServerResponse): Socket | null {
      const socket: Socket | null = original?.get?.call(this) ?? null;
      if (!isHidden || socket === null) return socket;
      shown ??= standIn(socket);
      return shown;
    },
    set(this: ServerResponse, socket: Socket | null) {
      shown = null;
      original?.set?.call(this, socket);
    },
  });
  return () => {
    isHidden = false;
  };
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
