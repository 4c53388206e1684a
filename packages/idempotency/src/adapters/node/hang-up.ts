import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { inside } from './response-inside.ts';

/** A client that hangs up leaves the end of its stream or an error; a connection cut on this side has neither. */
export function wasCutHere(socket: Socket): boolean {
  return socket.destroyed && socket.errored === null && !socket.readableEnded;
}

/**
 * Makes a response whose client is gone look as if it were still there.
 *
 * @param onCut called when the framework cuts the connection: what is dead already tells no one of it
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

/** Takes back what `hideHangUp` made of a response. */
export function showHangUp(response: ServerResponse): void {
  response.destroyed = true;
  inside(response)._closed = true;
}

/** Tells those who listen that the client is gone, once the answer has ended. */
export function tellHangUp(response: ServerResponse): void {
  response.finished = true;
  showHangUp(response);
  response.emit('close');
}

/**
 * Breaks an answer off whose head was sent, so that its client sees it. An answer that has neither chunks nor a length, as over
 * HTTP/1.0, ends with its connection: only a reset tells that it broke off.
 */
export function breakOff(response: ServerResponse): void {
  const { socket } = response.req;
  const hasEnd = response.chunkedEncoding || response.hasHeader('content-length');
  if (!hasEnd && !('encrypted' in socket)) socket.resetAndDestroy();
  response.destroy();
}
