/** A promise that can be tested: a sentence, and a function that checks it. */
export interface Law<Subject> {
  /** stays the same from release to release */
  readonly id: string;
  readonly sentence: string;
  /** Rejects if the law does not hold. */
  readonly run: (subject: Subject) => Promise<void>;
}
