import type { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import { ApiError } from '../api-error.ts';
import { BodyParts } from './body-parts.ts';
import type { BodyPlace } from './body-room.ts';

/** How much of a body to read, and the room for its bytes. */
export interface BodyBounds {
  readonly bytesMax: number;
  /** what `Content-Length` announces; `undefined` for a body in chunks */
  readonly announced: number | undefined;
  readonly place: BodyPlace;
  /** resolves when it is the turn of this body to be read on */
  readonly turn: () => Promise<void>;
}

/** Read at once of a body: a larger one, and one of more parts, takes turns with others, so that the loop reads a little of one of them at a time. */
const bytesAtOnce = 65_536;
const partsAtOnce = 256;
/** A body of so many parts that are so small on the average is refused: to take its frames apart costs a hundred times what its bytes do. */
const tinyPartsMax = 4_096;
const tinyPartBytes = 16;

/**
 * Reads the bytes of a body. The announced size takes its room before the first byte is read.
 *
 * @throws {ApiError} `payload_too_large`; `overloaded` if there is no room
 */
export async function readBody(stream: Readable, bounds: BodyBounds): Promise<Buffer> {
  // A stream that has ended like this emits no further event.
  if (stream.destroyed && !stream.readableEnded) throw gone();
  refuseOver(bounds.announced ?? 0, bounds);
  return await new Promise((resolve, reject) => {
    const parts = new BodyParts();
    let count = 0;
    let bytesInTurn = 0;
    let partsInTurn = 0;
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
        refuseOver(parts.bytes + chunk.length, bounds);
        parts.add(chunk);
        count += 1;
        if (count > tinyPartsMax && parts.bytes < count * tinyPartBytes) throw tinyParts();
        bytesInTurn += chunk.length;
        partsInTurn += 1;
        if (bytesInTurn >= bytesAtOnce || partsInTurn >= partsAtOnce) waitForTurn();
      } catch (error) {
        fail(error);
      }
    };
    const waitForTurn = () => {
      bytesInTurn = 0;
      partsInTurn = 0;
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

function tinyParts(): ApiError {
  return new ApiError('invalid_request', 'the body comes in too many small chunks; nothing was applied');
}

function gone(cause?: Error): ApiError {
  return new ApiError('invalid_request', 'the request ended before its body was complete', {}, cause);
}

function refuseOver(bytes: number, { bytesMax, place }: BodyBounds): void {
  if (bytes > bytesMax) throw new ApiError('payload_too_large', 'the body is too large');
  if (!place.reach(bytes)) {
    throw new ApiError(
      'overloaded',
      'too many bytes of request bodies are here already; nothing was applied',
    );
  }
}
