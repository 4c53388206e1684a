import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Hides from Nest that the client of a request is gone. Otherwise Nest would see it at the socket of the request, give
 * up the handler's Observable or stream, and send nothing; the operation would then never end.
 */
export function hideHangUp(request: IncomingMessage): void {
  request.socket = deafSocket(request.socket);
}

function deafSocket(socket: Socket): Socket {
  const stand: Socket = new Proxy(socket, {
    get(target, name) {
      if (name === 'destroyed') return wasCutHere(target);
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...values: unknown[]): unknown => {
        if (name === 'once' && values[0] === 'close') return stand;
        const result: unknown = Reflect.apply(value, target, values);
        return result === target ? stand : result;
      };
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
  return stand;
}

/** Whether this side cut the connection. If the client hung up, the stream has ended or has an error. */
function wasCutHere(socket: Socket): boolean {
  return socket.destroyed && socket.errored === null && !socket.readableEnded;
}
