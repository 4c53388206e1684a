import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { inside } from './response-inside.ts';

/** Whether this side cut the connection. If the client hung up, the stream has ended or has an error. */
export function wasCutHere(socket: Socket): boolean {
  return socket.destroyed && socket.errored === null && !socket.readableEnded;
}

/**
 * Makes a response whose client is gone look as if the client were still there.
 *
 * @param onCut called when the framework cuts the connection: a connection that is already dead emits no event
 */
export function hideHangUp(response: ServerResponse, onCut: () => void): void {
  response.destroyed = false;
  inside(response)._closed = false;
  const { socket } = response.req;
  const { destroy } = socket;
  socket.destroy = (error) => {
    onCut();
    return destroy.call(socket, error);
  };
}

/** Undoes `hideHangUp` on a response. */
export function showHangUp(response: ServerResponse): void {
  response.destroyed = true;
  inside(response)._closed = true;
}

/** Emits `close` for a client that is gone, once the answer has ended. */
export function tellHangUp(response: ServerResponse): void {
  response.finished = true;
  showHangUp(response);
  response.emit('close');
}

/**
 * Breaks off an answer whose head was sent, so that its client notices. An answer with neither chunks nor a length, as
 * in HTTP/1.0, ends with its connection: only a reset shows that it broke off.
 */
export function breakOff(response: ServerResponse): void {
  const { socket } = response.req;
  const hasEnd = response.chunkedEncoding || response.hasHeader('content-length');
  if (!hasEnd && !('encrypted' in socket)) socket.resetAndDestroy();
  response.destroy();
}
