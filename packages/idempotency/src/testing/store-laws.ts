import type { Law } from './law.ts';
import { claimLaws } from './store-laws/claim-laws.ts';
import { clockLaws } from './store-laws/clock-laws.ts';
import { completionLaws } from './store-laws/completion-laws.ts';
import { leaseLaws } from './store-laws/lease-laws.ts';
import { retentionLaws } from './store-laws/retention-laws.ts';
import type { StoreSubject } from './store-laws/subject.ts';
import { widthLaws } from './store-laws/width-laws.ts';

export type { StoreSubject } from './store-laws/subject.ts';

/** The laws of all stores. To prove your own store, run each law with it. */
export const storeLaws: readonly Law<StoreSubject>[] = [
  ...claimLaws,
  ...completionLaws,
  ...leaseLaws,
  ...retentionLaws,
  ...widthLaws,
  ...clockLaws,
];
