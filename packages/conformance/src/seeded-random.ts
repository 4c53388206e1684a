import { createHash } from 'node:crypto';

/** Draws from a seed: the same seed and the same labels give the same values, in any order of the checks. */
export class SeededRandom {
  readonly seed: string;

  constructor(seed: string) {
    this.seed = seed;
  }

  /** A UUID (version 4) for a label. */
  uuid(label: string): string {
    const hex = this.#digest(label).toString('hex');
    const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) % 4] ?? '8';
    const groups = [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `${variant}${hex.slice(17, 20)}`,
      hex.slice(20, 32),
    ];
    return groups.join('-');
  }

  /** A whole number from 0 to below a bound, for a label. */
  below(bound: number, label: string): number {
    return this.#digest(label).readUInt32BE(0) % bound;
  }

  #digest(label: string): Buffer {
    return createHash('sha256').update(`${this.seed}\n${label}`).digest();
  }
}
