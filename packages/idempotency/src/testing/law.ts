/** A promise that can be tested: a sentence, and what shows that it holds. */
export interface Law<Subject> {
  /** stays the same from release to release */
  readonly id: string;
  readonly sentence: string;
  /** Rejects if the law does not hold. */
  readonly run: (subject: Subject) => Promise<void>;
}
