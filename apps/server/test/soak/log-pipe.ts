import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { onEnd } from '../harness/on-end.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

const drainEveryMs = 20;

/** The pipe to which a server writes its log. It can be full, like the disk of a log. */
export class LogPipe {
  readonly descriptor: number;
  readonly #buffer = Buffer.alloc(64 * 1_024);
  #isFull = false;
  #onText: ((text: string) => void) | undefined;

  constructor(t: TestContext) {
    const file = join(temporaryFolder(t), 'log');
    execFileSync('mkfifo', [file]);
    this.descriptor = openSync(file, constants.O_RDWR | constants.O_NONBLOCK);
    const timer = setInterval(() => this.#drain(), drainEveryMs);
    onEnd(t, () => {
      clearInterval(timer);
      closeSync(this.descriptor);
    });
  }

  /** Passes on everything that is written from now on. */
  read(onText: (text: string) => void): void {
    this.#onText = onText;
  }

  /** Fills it, and reads nothing until it is emptied. */
  fill(): void {
    this.#isFull = true;
    const filler = Buffer.alloc(4_096, ' ');
    try {
      while (writeSync(this.descriptor, filler) > 0);
    } catch (error) {
      if (!isWouldBlock(error)) throw error;
    }
  }

  empty(): void {
    this.#isFull = false;
    this.#drain();
  }

  #drain(): void {
    if (this.#isFull) return;
    try {
      for (let read = 1; read > 0; ) {
        read = readSync(this.descriptor, this.#buffer);
        this.#onText?.(this.#buffer.toString('utf8', 0, read));
      }
    } catch (error) {
      if (!isWouldBlock(error)) throw error;
    }
  }
}

function isWouldBlock(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, 'code') === 'EAGAIN';
}
