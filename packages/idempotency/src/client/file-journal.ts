import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { JournalError, type JournalErrorCode } from './file-journal/journal-error.ts';
import { JournalFile } from './file-journal/journal-file.ts';
import {
  type JournalLine,
  journalHeader,
  parseJournal,
  printJournalLine,
} from './file-journal/journal-lines.ts';
import { type JournalLock, takeJournalLock } from './file-journal/journal-lock.ts';
import type { Journal, JournalEntry, PendingOperation } from './journal.ts';

export { JournalError, type JournalErrorCode };

/** The place of a file journal, and its largest size. */
export interface FileJournalOptions {
  /**
   * the file; its directory must exist, on a local disk. Next to it are `<path>.lock`, which stays, and sometimes
   * `<path>.new`
   */
  readonly path: string;
  /**
   * the most that the pending operations may take, in bytes; each takes about 250. The file has up to about twice that;
   * 16 MiB
   */
  readonly bytesMax?: number;
}

/** A journal in a file, which is open until it is closed or the process ends. */
export interface FileJournal extends Journal {
  /** Waits until all writes are done, and lets another process open the file. */
  close(): Promise<void>;
}

/**
 * A journal in a file of JSON lines, readable only by its owner. `begin` resolves when its line is flushed to disk;
 * operations that begin together share one flush. When the file consists mostly of ended operations, it is rewritten
 * without them. A line that a crash cut off is ignored: its operation was not sent.
 *
 * One process at a time has the file open. A lock ensures this; it ends with a killed process.
 *
 * @throws {JournalError} `journal_in_use`, `journal_corrupt`, `journal_unwritable`
 * @throws {RangeError} if `bytesMax` is not valid
 * @example
 * const journal = fileJournal({ path: 'operations.journal' });
 * const idempotentFetch = createIdempotentFetch({ journal });
 * await idempotentFetch(url, { method: 'POST', body, operation: 'order 4711' });
 */
export function fileJournal({ path, bytesMax = 16 * 1024 * 1024 }: FileJournalOptions): FileJournal {
  if (!Number.isInteger(bytesMax) || bytesMax < 1)
    throw new RangeError('bytesMax must be a whole number above 0');
  // If the process changes its working directory later, the journal must not move.
  const absolute = resolve(path);
  const lock = takeJournalLock(absolute);
  try {
    return new OpenJournal(absolute, bytesMax, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** A line that waits to be written, and the callbacks of its caller. */
interface WaitingLine {
  readonly line: JournalLine;
  readonly text: string;
  readonly written: PromiseWithResolvers<void>;
}

interface Pending {
  readonly entry: JournalEntry;
  /** the length of its line */
  readonly bytes: number;
  /** resolves when the line is on disk */
  readonly durable: Promise<void>;
}

/** How much must have ended before the file is worth rewriting. */
const endedBytesMin = 64 * 1024;

class OpenJournal implements FileJournal {
  readonly #path: string;
  readonly #bytesMax: number;
  readonly #lock: JournalLock;
  readonly #file: JournalFile;
  readonly #pending = new Map<string, Pending>();
  #pendingBytes = 0;
  #waiting: WaitingLine[] = [];
  /** the current write; it never rejects */
  #writing: Promise<void> | undefined;
  /** whether the file cannot be appended to: it is not open yet and may be torn, or its last write failed */
  #mustRewrite = true;
  #isClosed = false;

  constructor(path: string, bytesMax: number, lock: JournalLock) {
    this.#path = path;
    this.#bytesMax = bytesMax;
    this.#lock = lock;
    this.#file = new JournalFile(path);
    this.#read();
  }

  async begin(operation: string, entry: JournalEntry): Promise<JournalEntry> {
    this.#checkOpen();
    const found = this.#pending.get(operation);
    if (found !== undefined) {
      await found.durable;
      return found.entry;
    }
    const line = { kind: 'begun', operation, entry } as const;
    const text = printJournalLine(line);
    const bytes = Buffer.byteLength(text);
    if (this.#pendingBytes + bytes > this.#bytesMax) {
      throw new JournalError(
        'journal_full',
        `the pending operations in ${this.#path} take ${this.#bytesMax} bytes`,
      );
    }
    const durable = this.#write(line, text);
    this.#add(operation, { entry, bytes, durable });
    await durable;
    return entry;
  }

  async end(operation: string, key: string): Promise<void> {
    this.#checkOpen();
    if (this.#pending.get(operation)?.entry.key !== key) return;
    this.#remove(operation);
    const line = { kind: 'ended', operation, key } as const;
    await this.#write(line, printJournalLine(line));
  }

  async pending(): Promise<readonly PendingOperation[]> {
    return [...this.#pending].map(([operation, { entry }]) => ({ operation, ...entry }));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#writing;
    await this.#file.close();
    this.#lock.release();
  }

  #write(line: JournalLine, text: string): Promise<void> {
    const written = Promise.withResolvers<void>();
    this.#waiting.push({ line, text, written });
    this.#writing ??= this.#writeGroups();
    return written.promise;
  }

  /** Writes all lines that arrived during the last write as one group, until no line waits. */
  async #writeGroups(): Promise<void> {
    // Operations that begin in the same turn are one group.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#writeGroup(group);
        for (const { written } of group) written.resolve();
      } catch (error) {
        this.#fail(group, error);
      }
    }
    this.#writing = undefined;
  }

  async #writeGroup(group: readonly WaitingLine[]): Promise<void> {
    const endedBytes = this.#file.bytes - this.#pendingBytes;
    const isMostlyEnded = endedBytes > Math.max(endedBytesMin, this.#pendingBytes);
    if (this.#mustRewrite || isMostlyEnded) {
      // After a failed write or flush, the content of the file is unknown; only a new file helps.
      this.#mustRewrite = true;
      await this.#file.rewrite(this.#content());
      this.#mustRewrite = false;
      return;
    }
    // Losing the end of an operation is safe, so it is not worth a flush.
    const isDurable = group.some(({ line }) => line.kind === 'begun');
    await this.#file.append(group.map(({ text }) => text).join(''), isDurable);
  }

  /** All pending operations, including the group that is being written. */
  #content(): string {
    let text = journalHeader;
    for (const [operation, { entry }] of this.#pending)
      text += printJournalLine({ kind: 'begun', operation, entry });
    return text;
  }

  /**
   * Rejects the lines of a failed write. The error says that the operation is not kept, so it is also removed from
   * memory.
   */
  #fail(group: readonly WaitingLine[], cause: unknown): void {
    this.#mustRewrite = true;
    for (const { line, written } of group) {
      if (line.kind === 'begun' && this.#pending.get(line.operation)?.entry === line.entry) {
        this.#remove(line.operation);
      }
      written.reject(new JournalError('journal_unwritable', `${this.#path} cannot be written`, cause));
    }
  }

  #add(operation: string, pending: Pending): void {
    this.#pending.set(operation, pending);
    this.#pendingBytes += pending.bytes;
  }

  #remove(operation: string): void {
    this.#pendingBytes -= this.#pending.get(operation)?.bytes ?? 0;
    this.#pending.delete(operation);
  }

  #read(): void {
    const parsed = parseJournal(readText(this.#path));
    if (parsed.kind === 'corrupt') {
      throw new JournalError('journal_corrupt', `line ${parsed.lineNumber} of ${this.#path} cannot be read`);
    }
    for (const line of parsed.lines) {
      const { operation } = line;
      if (line.kind === 'begun') {
        this.#remove(operation);
        const bytes = Buffer.byteLength(printJournalLine(line));
        this.#add(operation, { entry: line.entry, bytes, durable: Promise.resolve() });
      } else if (this.#pending.get(operation)?.entry.key === line.key) this.#remove(operation);
    }
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new JournalError('journal_closed', `${this.#path} was closed`);
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw new JournalError('journal_unwritable', `${path} cannot be read`, error);
  }
}
