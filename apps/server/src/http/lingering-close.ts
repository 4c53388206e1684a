import type { Socket } from 'node:net';
import { Turns } from './body/turns.ts';

/**
 * The pause between two dropped chunks, for all connections together, address by address. Without it a turn of the
 * event loop reads up to 2 MiB from each connection, and other requests wait for that. A body of 8 MiB still arrives
 * within the time.
 */
const pauseMs = 1;
const turns = new Turns((turn) => setTimeout(turn, pauseMs));

/**
 * Ends a connection whose client may still be sending. Everything that arrives from now on is discarded; the parser
 * never sees it, so it is never executed. If the connection were closed immediately, it would answer those bytes with a
 * reset, which can take the answer away from a client that has not read it yet (RFC 9112, section 9.6). After
 * `lingerMs` the socket is destroyed in any case.
 */
export function lingeringClose(socket: Socket, lingerMs: number): void {
  for (const event of ['data', 'end', 'drain']) socket.removeAllListeners(event);
  const lane = socket.remoteAddress ?? '';
  // A listener for data takes the socket away from Node's parser, which otherwise reads directly from the handle.
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
 * Resumes reading from a socket whose request had a longer body than was read. Node's parser stops the handle itself in
 * this case, and `resume()` of a flowing stream does not start it: the client could not continue to send, and would
 * lose its answer to a reset.
 */
function startReading(socket: Socket): void {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null || Reflect.get(handle, 'reading') === true) return;
  const start: unknown = Reflect.get(handle, 'readStart');
  if (typeof start !== 'function') return;
  // The mark is set first: Node considers a second start an error.
  Reflect.set(handle, 'reading', true);
  Reflect.apply(start, handle, []);
}
