import type { Socket } from 'node:net';
import { Turns } from './body/turns.ts';

/**
 * Between two chunks that are dropped, of all connections together and address by address. Otherwise a turn of the event loop reads up
 * to 2 MiB from each of them, and the requests of others wait for that. A body of 8 MiB still arrives within the time.
 */
const pauseMs = 1;
const turns = new Turns((turn) => setTimeout(turn, pauseMs));

/**
 * Ends a connection whose client may still be sending. What arrives from now on is dropped; the parser never sees it, so none
 * of it is executed. Closed at once, the connection would answer those bytes with a reset, and a reset can take the answer
 * away from a client that has not read it yet (RFC 9112, section 9.6). After `lingerMs` the socket is destroyed, whatever
 * the client does.
 */
export function lingeringClose(socket: Socket, lingerMs: number): void {
  for (const event of ['data', 'end', 'drain']) socket.removeAllListeners(event);
  const lane = socket.remoteAddress ?? '';
  // A listener for data takes the socket away from Node's parser, which otherwise reads from the handle itself.
  socket.on('data', () => {
    socket.pause();
    turns
      .next(lane)
      .then(() => socket.resume())
      .catch(() => socket.destroy());
  });
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
  socket.resume();
  setImmediate(startReading, socket);
  socket.end(() => {
    if (socket.readableEnded) socket.destroy();
    else socket.once('end', () => socket.destroy());
  });
}

/**
 * Reads again from a socket whose request had more of a body than was asked for. Node's parser stops the handle itself then,
 * and `resume()` of a flowing stream does not start it: the client could not send on, and would lose its answer to a reset.
 */
function startReading(socket: Socket): void {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null || Reflect.get(handle, 'reading') === true) return;
  const start: unknown = Reflect.get(handle, 'readStart');
  if (typeof start !== 'function') return;
  // The mark first: Node takes a second beginning for an error.
  Reflect.set(handle, 'reading', true);
  Reflect.apply(start, handle, []);
}
