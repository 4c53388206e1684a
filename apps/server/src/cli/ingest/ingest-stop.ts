/** Why an ingestion cannot continue, in words for the person who started it. */
export class IngestStop extends Error {
  /** the next step, as a sentence */
  readonly advice: string;

  constructor(message: string, advice: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'IngestStop';
    this.advice = advice;
  }
}
