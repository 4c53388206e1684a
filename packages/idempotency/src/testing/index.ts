export {
  type AdapterLaw,
  type AdapterSubject,
  type AnswerWay,
  adapterLaws,
  type BodyParserPlace,
  type CommonWay,
  type CompressionPlace,
  type LawApp,
  type LawServer,
  type LawWork,
} from './adapter-laws.ts';
export type { Law } from './law.ts';
export { ManualClock } from './manual-clock.ts';
export { type StoreSubject, storeLaws } from './store-laws.ts';
