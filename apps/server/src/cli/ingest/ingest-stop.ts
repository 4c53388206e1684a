/** Why an ingestion cannot go on, in words for the person who started it. */
export class IngestStop extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'IngestStop';
  }
}
