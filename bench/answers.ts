import { Buffer } from 'node:buffer';

/** The buffer that all sockets of this process read into: an answer is consumed before the next one is read. */
export const readBuffer = Buffer.allocUnsafeSlow(262_144);

/** Finds the end of each answer in the bytes that a connection receives. */
export class Answers {
  readonly #answered: (status: number) => void;
  /** the part of an answer that was received before */
  #received = '';

  constructor(answered: (status: number) => void) {
    this.#answered = answered;
  }

  take(buffer: Uint8Array, bytes: number): void {
    const chunk = Buffer.from(buffer.buffer, buffer.byteOffset, bytes).toString('latin1');
    const received = this.#received === '' ? chunk : this.#received + chunk;
    const headEnd = received.indexOf('\r\n\r\n');
    if (headEnd < 0 || received.length < headEnd + 4 + bodyBytes(received, headEnd)) {
      this.#received = received;
      return;
    }
    this.#received = '';
    this.#answered(Number(received.slice(9, 12)));
  }
}

function bodyBytes(answer: string, headEnd: number): number {
  // As our servers write it; other servers may write it in other letters.
  const at = answer.indexOf('content-length: ');
  if (at >= 0 && at < headEnd) return Number.parseInt(answer.slice(at + 16, at + 26), 10);
  return Number(/content-length: (\d+)/i.exec(answer.slice(0, headEnd))?.[1] ?? 0);
}
