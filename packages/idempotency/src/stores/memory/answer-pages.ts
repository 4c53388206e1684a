import type { StoredAnswer } from '../../core/store.ts';

/** A piece of memory outside the JavaScript heap: what is in it costs no garbage collection. */
interface Page {
  readonly number: number;
  readonly bytes: Buffer;
  used: number;
  /** how many of its answers are still kept */
  answers: number;
}

const pageBytes = 256 * 1024;
/** Before each answer: its length in bytes, doubled, plus one for a text. */
const headBytes = 4;
/** A larger answer has its own page. */
const sharedBytesMax = pageBytes / 8;
/** Below this total size, room that is lost in pages is not reclaimed. */
const sparseBytesMin = 16 * pageBytes;

/**
 * Answers in memory, one after the other in pages. A page is given back when all of its answers are dropped. The place of an
 * answer is a number: the page, and where it begins there.
 */
export class AnswerPages {
  readonly #pages: (Page | undefined)[] = [];
  /** the numbers of pages that were given back */
  readonly #numbers: number[] = [];
  #current: Page | undefined;
  #bytes = 0;
  #keptBytes = 0;

  /** Whether more than half of the room is lost to answers that were dropped: then the others should be moved together. */
  get isSparse(): boolean {
    return this.#bytes > sparseBytesMin && this.#bytes > 2 * this.#keptBytes;
  }

  /** @param bytes the length of the answer, see `answerBytes` */
  put(answer: StoredAnswer, bytes: number): number {
    const size = headBytes + bytes;
    const page = size > sharedBytesMax ? this.#newPage(size) : this.#pageWith(size);
    const at = page.used;
    const isText = typeof answer === 'string';
    page.bytes.writeUInt32LE(bytes * 2 + (isText ? 1 : 0), at);
    if (isText) page.bytes.write(answer, at + headBytes);
    else page.bytes.set(answer, at + headBytes);
    page.used += size;
    page.answers++;
    this.#keptBytes += size;
    return page.number * pageBytes + at;
  }

  get(place: number): StoredAnswer {
    const { bytes } = this.#pageOf(place);
    const at = place % pageBytes;
    const head = bytes.readUInt32LE(at);
    const start = at + headBytes;
    const end = start + Math.floor(head / 2);
    return head % 2 === 1 ? bytes.toString('utf8', start, end) : new Uint8Array(bytes.subarray(start, end));
  }

  /** Drops an answer, and returns its length in bytes. */
  drop(place: number): number {
    const page = this.#pageOf(place);
    const bytes = Math.floor(page.bytes.readUInt32LE(place % pageBytes) / 2);
    page.answers--;
    this.#keptBytes -= headBytes + bytes;
    if (page.answers > 0) return bytes;
    if (page === this.#current) page.used = 0;
    else {
      this.#pages[page.number] = undefined;
      this.#numbers.push(page.number);
      this.#bytes -= page.bytes.length;
    }
    return bytes;
  }

  #pageOf(place: number): Page {
    const page = this.#pages[Math.floor(place / pageBytes)];
    if (page === undefined) throw new RangeError('there is no such answer');
    return page;
  }

  #pageWith(size: number): Page {
    if (this.#current !== undefined && this.#current.used + size <= pageBytes) return this.#current;
    this.#current = this.#newPage(pageBytes);
    return this.#current;
  }

  #newPage(size: number): Page {
    const number = this.#numbers.pop() ?? this.#pages.length;
    const page = { number, bytes: Buffer.allocUnsafeSlow(size), used: 0, answers: 0 };
    this.#pages[page.number] = page;
    this.#bytes += size;
    return page;
  }
}

/** The length of an answer in bytes. */
export function answerBytes(answer: StoredAnswer): number {
  return typeof answer === 'string' ? Buffer.byteLength(answer) : answer.length;
}
