/** How many records a piece of the table has. */
const pieceRecords = 4096;
const fingerprintBytes = 32;

/** The numbers of a record, in their order. Times count from the start of the store. */
export const column = {
  firstSeenAt: 0,
  forgetAt: 1,
  fencingToken: 2,
  /** end of the lease, or of the answer */
  expiresAt: 3,
  /** `leased`, `gone`, or the place of the answer in its page */
  answer: 4,
} as const;
const columnCount = 5;

type Column = (typeof column)[keyof typeof column];

/** Instead of the place of an answer: the record is leased. */
export const leased = -1;
/** Instead of the place of an answer: the answer is no longer kept. */
export const gone = -2;
/** Instead of the number of a record: there is none. */
export const none = -1;

interface Piece {
  readonly numbers: Float64Array;
  readonly fingerprints: Buffer;
  readonly next: Int32Array;
  readonly previous: Int32Array;
}

/**
 * Records in memory, outside the JavaScript heap: each garbage collection would visit a million objects. A record is a
 * number. The number of a removed record is reused.
 */
export class RecordTable {
  readonly #pieces: Piece[] = [];
  #count = 0;
  /** the first of the unused records, which are linked by `next` */
  #unused = none;

  /** Adds a leased record, and returns its number. Times count from the start of the store. */
  add(
    fingerprint: string,
    firstSeenAt: number,
    forgetAt: number,
    fencingToken: number,
    expiresAt: number,
  ): number {
    const record = this.#unused === none ? this.#count++ : this.#unused;
    if (record === this.#unused) this.#unused = this.next(record);
    if (record >= this.#pieces.length * pieceRecords) this.#pieces.push(newPiece());
    const { fingerprints, numbers } = this.#pieceOf(record);
    const place = record % pieceRecords;
    fingerprints.write(fingerprint, place * fingerprintBytes, 'hex');
    numbers[place * columnCount + column.firstSeenAt] = firstSeenAt;
    numbers[place * columnCount + column.forgetAt] = forgetAt;
    numbers[place * columnCount + column.fencingToken] = fencingToken;
    numbers[place * columnCount + column.expiresAt] = expiresAt;
    numbers[place * columnCount + column.answer] = leased;
    return record;
  }

  remove(record: number): void {
    this.link(record, 'next', this.#unused);
    this.#unused = record;
  }

  get(record: number, at: Column): number {
    return this.#pieceOf(record).numbers[(record % pieceRecords) * columnCount + at] ?? 0;
  }

  set(record: number, at: Column, value: number): void {
    this.#pieceOf(record).numbers[(record % pieceRecords) * columnCount + at] = value;
  }

  fingerprint(record: number): string {
    const at = (record % pieceRecords) * fingerprintBytes;
    return this.#pieceOf(record).fingerprints.toString('hex', at, at + fingerprintBytes);
  }

  next(record: number): number {
    return this.#pieceOf(record).next[record % pieceRecords] ?? none;
  }

  previous(record: number): number {
    return this.#pieceOf(record).previous[record % pieceRecords] ?? none;
  }

  /** Sets a neighbour of a record in a list. */
  link(record: number, way: 'next' | 'previous', other: number): void {
    this.#pieceOf(record)[way][record % pieceRecords] = other;
  }

  #pieceOf(record: number): Piece {
    const piece = this.#pieces[Math.floor(record / pieceRecords)];
    if (piece === undefined) throw new RangeError(`there is no record ${record}`);
    return piece;
  }
}

function newPiece(): Piece {
  return {
    numbers: new Float64Array(pieceRecords * columnCount),
    fingerprints: Buffer.allocUnsafeSlow(pieceRecords * fingerprintBytes),
    next: new Int32Array(pieceRecords),
    previous: new Int32Array(pieceRecords),
  };
}
