import type { Socket } from 'node:net';

/** How much of an answer a client must read within the stall time, unless less is left. */
export const answerBytesMin = 64 * 1024;

/** Whether a client reads what is sent to it. */
export class AnswerProgress {
  readonly #socket: Socket;
  readonly #stallMs: number;
  #sinceMs: number | undefined;
  #sentBytes = 0;

  constructor(socket: Socket, stallMs: number) {
    this.#socket = socket;
    this.#stallMs = stallMs;
  }

  /** Whether the client read less than `answerBytesMin` within `stallMs`, although there was more to read. */
  isStalled(nowMs: number): boolean {
    const { sentBytes, waitingBytes } = sendingState(this.#socket);
    if (waitingBytes === 0) {
      this.#sinceMs = undefined;
      return false;
    }
    if (this.#sinceMs === undefined || sentBytes - this.#sentBytes >= answerBytesMin) {
      this.#sinceMs = nowMs;
      this.#sentBytes = sentBytes;
      return false;
    }
    return nowMs - this.#sinceMs >= this.#stallMs;
  }
}

/**
 * The handle that the kernel sends from: over TLS it is the one below that of the socket, which counts what it has
 * encrypted.
 */
function connectionHandle(socket: Socket): unknown {
  const handle: unknown = Reflect.get(socket, '_handle');
  const below: unknown =
    typeof handle === 'object' && handle !== null ? Reflect.get(handle, '_parent') : undefined;
  return typeof below === 'object' && below !== null ? below : handle;
}

/**
 * How much of a socket's writes the kernel has accepted, and how much still waits. Node itself reads the same two
 * members of the handle to see whether a write makes progress; the public counters include a large write only when all
 * of it was sent.
 */
export function sendingState(socket: Socket): { readonly sentBytes: number; readonly waitingBytes: number } {
  const handle = connectionHandle(socket);
  const waitingBytes = socket.writableLength;
  if (typeof handle === 'object' && handle !== null) {
    const written: unknown = Reflect.get(handle, 'bytesWritten');
    const queued: unknown = Reflect.get(handle, 'writeQueueSize');
    if (typeof written === 'number' && typeof queued === 'number')
      return { sentBytes: written - queued, waitingBytes };
  }
  return { sentBytes: socket.bytesWritten - waitingBytes, waitingBytes };
}
