import { answerLaws } from './adapter-laws/answer-laws.ts';
import { bodyLaws } from './adapter-laws/body-laws.ts';
import { callerLaws } from './adapter-laws/caller-laws.ts';
import { codingLaws } from './adapter-laws/coding-laws.ts';
import { comparisonLaws } from './adapter-laws/comparison-laws.ts';
import { connectionLaws } from './adapter-laws/connection-laws.ts';
import { keyLaws } from './adapter-laws/key-laws.ts';
import { keyPlaceLaws } from './adapter-laws/key-place-laws.ts';
import { leaseLaws } from './adapter-laws/lease-laws.ts';
import { nestingLaws } from './adapter-laws/nesting-laws.ts';
import { optionLaws } from './adapter-laws/option-laws.ts';
import { streamLaws } from './adapter-laws/stream-laws.ts';
import type { AdapterLaw } from './adapter-laws/subject.ts';
import { timeoutLaws } from './adapter-laws/timeout-laws.ts';

export type {
  AdapterLaw,
  AdapterSubject,
  AnswerWay,
  BodyParserPlace,
  CommonWay,
  CompressionPlace,
  LawApp,
  LawServer,
} from './adapter-laws/subject.ts';
export type { LawWork } from './adapter-laws/work.ts';

/** The laws of all adapters. To prove your own adapter, run each law that concerns it. */
export const adapterLaws: readonly AdapterLaw[] = [
  ...keyLaws,
  ...keyPlaceLaws,
  ...optionLaws,
  ...streamLaws,
  ...callerLaws,
  ...answerLaws,
  ...bodyLaws,
  ...comparisonLaws,
  ...codingLaws,
  ...connectionLaws,
  ...leaseLaws,
  ...nestingLaws,
  ...timeoutLaws,
];
