/** Where a charge can be interrupted, in their order. */
export const steps = [
  /** the key is claimed, and the handler begins */
  'claimed',
  'begun',
  /** the first effect */
  'debited',
  /** the second effect */
  'charged',
  /** `completeWithin` has returned */
  'completed',
  /** and nothing of the answer is sent */
  'committed',
  /** a part of the answer is sent */
  'answering',
] as const;

export type Step = (typeof steps)[number];

/** Told of each step by the code under test. */
export interface Progress {
  /** Dies here, if it is to; for drivers without promises. */
  reach(step: Step): void;
  /** Likewise, and waits here, if it is to. */
  pass(step: Step): Promise<void>;
}
