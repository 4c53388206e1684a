import type { Buffer } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { BodyParts } from './body-parts.ts';

/** How much of a body is taken before its reader is ready: about as much as one read of a socket returns. */
const earlyBytesMax = 65_536;

interface Early {
  readonly parts: BodyParts;
  /** takes no more parts */
  readonly stop: () => void;
}

const early = new WeakMap<Readable, Early>();

/**
 * Takes the parts of a body in chunks as they come, until its reader takes them over. Node hands over each chunk as an object, up
 * to ten thousand of them in one read of a socket. If they wait for a reader in the stream, they cost 35 ms and 4 MB; taken at once,
 * 13 ms and their bytes.
 */
export function takePartsEarly(request: IncomingMessage, answer: ServerResponse): void {
  if (request.headers['transfer-encoding'] === undefined) return;
  const parts = new BodyParts();
  const onData = (part: Buffer) => {
    parts.add(part);
    // The reader will refuse the body, so the rest is dropped as it arrives.
    if (parts.areTiny) drop();
    else if (parts.bytes >= earlyBytesMax) request.pause();
  };
  const stop = () => request.off('data', onData);
  const drop = () => {
    stop();
    request.resume();
  };
  early.set(request, { parts, stop });
  request.on('data', onData);
  // There is no reader: Node would wait for one, and read nothing more from the connection.
  answer.once('finish', () => {
    if (early.delete(request)) drop();
  });
}

/** Leaves a body, which was read already, to its reader. */
export function leaveBody(request: IncomingMessage, bytes: Buffer): void {
  const parts = new BodyParts();
  parts.add(bytes);
  early.set(request, { parts, stop: () => undefined });
}

/** What was taken of a body; its reader continues. */
export function takeEarlyParts(stream: Readable): BodyParts {
  const taken = early.get(stream);
  early.delete(stream);
  taken?.stop();
  return taken?.parts ?? new BodyParts();
}
