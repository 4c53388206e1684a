import { fstatSync, write } from 'node:fs';

/** Takes bytes, and later reports how many were written, and why not more. */
type Sink = (bytes: Buffer, done: (fault: Error | null | undefined, written: number) => void) => void;

/** The most that waits to be written: some thousand lines. */
const waitingBytesMax = 256 * 1_024;
/** The most that is passed to the system at once. */
const chunkBytesMax = 64 * 1_024;
const newline = 0x0a;

/**
 * The server's standard output, as a destination for log lines. Writing a line never waits: if the disk is full, no one
 * reads the pipe, or the terminal is stopped, lines are lost and counted, and no request waits for them.
 */
export class LogOutput {
  readonly #sink: Sink;
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #isWriting = false;
  /** a line was partly written: the next one begins on a new line */
  #isTorn = false;
  #droppedLines = 0;
  #unreportedLines = 0;
  #report: (lines: number) => void = () => undefined;
  #whenIdle: (() => void)[] = [];

  constructor(sink: Sink = standardOutput()) {
    this.#sink = sink;
  }

  /** Lines that were dropped since the start. */
  get droppedLines(): number {
    return this.#droppedLines;
  }

  /** Calls `report` with the number of dropped lines once the output accepts lines again. */
  onTakenAgain(report: (lines: number) => void): void {
    this.#report = report;
  }

  /** Writes whole lines. They are dropped while too much is waiting. */
  write(text: string): void {
    const bytes = Buffer.from(text);
    if (this.#waitingBytes + bytes.length > waitingBytesMax) {
      this.#dropped(linesIn(bytes));
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#next();
  }

  /** Resolves when nothing is waiting any more, or after this time: an exit does not depend on the output. */
  flushed(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#isWriting) return resolve();
      const timer = setTimeout(resolve, timeoutMs);
      this.#whenIdle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #next(): void {
    if (this.#isWriting) return;
    const chunk = this.#takeChunk();
    if (chunk === undefined) {
      for (const idle of this.#whenIdle.splice(0)) idle();
      return;
    }
    this.#isWriting = true;
    this.#send(chunk);
  }

  #takeChunk(): Buffer | undefined {
    const taken = this.#waiting.splice(0, this.#chunkLines());
    if (taken.length === 0) return undefined;
    return this.#isTorn ? Buffer.concat([Buffer.of(newline), ...taken]) : Buffer.concat(taken);
  }

  #chunkLines(): number {
    let bytes = 0;
    const end = this.#waiting.findIndex((line) => {
      bytes += line.length;
      return bytes > chunkBytesMax;
    });
    return end === -1 ? this.#waiting.length : Math.max(1, end);
  }

  #send(chunk: Buffer): void {
    this.#sink(chunk, (fault, written) => {
      if (written > 0) this.#isTorn = chunk[written - 1] !== newline;
      if (fault == null && written > 0 && written < chunk.length) return this.#send(chunk.subarray(written));
      this.#ended(chunk, written);
    });
  }

  #ended(chunk: Buffer, written: number): void {
    this.#waitingBytes = this.#waiting.reduce((sum, line) => sum + line.length, 0);
    this.#isWriting = false;
    // The rest may begin with the end of a torn line, which does not count as a line.
    if (written < chunk.length)
      this.#dropped(linesIn(chunk.subarray(Math.max(written, chunk[0] === newline ? 1 : 0))));
    else this.#takenAgain();
    this.#next();
  }

  #dropped(lines: number): void {
    this.#droppedLines += lines;
    this.#unreportedLines += lines;
  }

  #takenAgain(): void {
    const lines = this.#unreportedLines;
    if (lines === 0) return;
    this.#unreportedLines = 0;
    this.#report(lines);
  }
}

function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) lines++;
  return lines;
}

/**
 * For a pipe or a socket the event loop writes, and does not wait for a reader. For a file or a terminal a thread of
 * Node's pool writes.
 */
function standardOutput(): Sink {
  const { stdout } = process;
  const kind = fstatSync(stdout.fd);
  if (kind.isFIFO() || kind.isSocket()) {
    return (bytes, done) => stdout.write(bytes, (fault) => done(fault, fault == null ? bytes.length : 0));
  }
  return (bytes, done) =>
    write(stdout.fd, bytes, 0, bytes.length, null, (fault, written) => done(fault, written));
}
