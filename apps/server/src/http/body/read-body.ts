import type { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import { ApiError } from '../api-error.ts';
import type { BodyParts } from './body-parts.ts';
import type { BodyPlace } from './body-room.ts';
import { takeEarlyParts } from './early-parts.ts';

/** How much of a body to read, and the room for its bytes. */
export interface BodyBounds {
  readonly bytesMax: number;
  /** what `Content-Length` announces; `undefined` for a body in chunks */
  readonly announced: number | undefined;
  readonly place: BodyPlace;
  /** resolves when it is the turn of this body to be read on */
  readonly turn: () => Promise<void>;
}

/** Read at once of a body: a larger one takes turns with others, so that the loop reads a little of one of them at a time. */
const bytesAtOnce = 65_536;

/**
 * Reads the bytes of a body. The announced size takes its room before the first byte is read.
 *
 * @throws {ApiError} `payload_too_large`; `overloaded` if there is no room
 */
export async function readBody(stream: Readable, bounds: BodyBounds): Promise<Buffer> {
  // A stream that has ended like this emits no further event.
  if (stream.destroyed && !stream.readableEnded) throw gone();
  refuseOver(bounds.announced ?? 0, bounds);
  const parts = takeEarlyParts(stream);
  refuse(parts, bounds);
  if (stream.readableEnded) return parts.whole();
  return await new Promise((resolve, reject) => {
    let bytesInTurn = 0;
    let isStopped = false;
    const stop = () => {
      isStopped = true;
      stream.off('data', onData);
      stream.off('end', onEnd);
      stream.off('error', onError);
      stream.off('close', onClose);
    };
    const fail = (error: unknown) => {
      stop();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const onData = (chunk: Buffer) => {
      try {
        parts.add(chunk);
        refuse(parts, bounds);
        bytesInTurn += chunk.length;
        if (bytesInTurn >= bytesAtOnce) waitForTurn();
      } catch (error) {
        fail(error);
      }
    };
    const waitForTurn = () => {
      bytesInTurn = 0;
      stream.pause();
      bounds
        .turn()
        .then(() => {
          if (!isStopped) stream.resume();
        })
        .catch(fail);
    };
    const onEnd = () => {
      stop();
      resolve(parts.whole());
    };
    const onError = (error: Error) => fail(gone(error));
    const onClose = () => fail(gone());
    stream.on('data', onData);
    stream.on('end', onEnd);
    stream.on('error', onError);
    stream.on('close', onClose);
    stream.resume();
  });
}

function refuse(parts: BodyParts, bounds: BodyBounds): void {
  refuseOver(parts.bytes, bounds);
  if (parts.areTiny) {
    throw new ApiError('invalid_request', 'the body comes in too many small chunks; nothing was applied');
  }
}

function gone(cause?: Error): ApiError {
  return new ApiError('invalid_request', 'the request ended before its body was complete', {}, cause);
}

function refuseOver(bytes: number, { bytesMax, place }: BodyBounds): void {
  if (bytes > bytesMax) throw new ApiError('payload_too_large', 'the body is too large');
  if (!place.reach(bytes)) {
    throw new ApiError(
      'overloaded',
      'the server is already handling too many bytes of request bodies; nothing was applied',
    );
  }
}
