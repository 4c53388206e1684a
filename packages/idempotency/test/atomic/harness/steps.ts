/** The steps at which a charge can be interrupted, in order. */
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
  /** but no part of the answer is sent */
  'committed',
  /** part of the answer is sent */
  'answering',
] as const;

export type Step = (typeof steps)[number];

/** The code under test reports each step to this. */
export interface Progress {
  /** Dies at this step if requested. This is for drivers without promises. */
  reach(step: Step): void;
  /** The same, and also waits at this step if requested. */
  pass(step: Step): Promise<void>;
}
