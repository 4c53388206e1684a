import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { Bulk } from './cut-bulks.ts';
import { type Delivered, Delivery, type Failure } from './delivery.ts';
import { IngestStop } from './ingest-stop.ts';
import { type Input, openInput } from './input.ts';
import type { IngestOptions } from './options.ts';
import type { Monitor } from './progress.ts';
import { readBulks } from './read-bulks.ts';
import { Tally } from './tally.ts';
import { UsageClient } from './usage-client.ts';

/** How an ingestion ended. */
export type Ending =
  | { readonly kind: 'finished' }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'failed'; readonly message: string }
  /** no server ever answered */
  | { readonly kind: 'unreached'; readonly message: string };

/** What an ingestion did. */
export interface IngestReport {
  readonly ending: Ending;
  readonly tally: Tally;
  /** `undefined` when it did not come so far */
  readonly source: string | undefined;
  /** what the id of a row is made of */
  readonly rowsKnownBy: RowsKnownBy;
  readonly elapsedMs: number;
}

/**
 * What tells the server that it has a row already: an id in it; its place in a file that has a name, or is of a form
 * that never changes; or nothing but its place.
 */
export type RowsKnownBy = 'id' | 'named_place' | 'place';

/** What an ingestion gets from outside. */
export interface IngestPorts {
  readonly standardInput: Readable;
  /** stops it: what is on its way is awaited for a little, nothing new is begun */
  readonly interrupt: AbortSignal;
  readonly monitor: Monitor | undefined;
  /** says what must not be missed, also where there is no monitor */
  readonly warn: (text: string) => void;
}

/** For how long the answers to what is on its way are awaited after a stop. */
const stopGraceMs = 5_000;

/** Sends a file to a server. Whenever it ends, and however, it can be run again. */
export async function ingest(options: IngestOptions, ports: IngestPorts): Promise<IngestReport> {
  return await new Ingestion(options, ports).run();
}

class Ingestion {
  readonly #options: IngestOptions;
  readonly #ports: IngestPorts;
  readonly #tally = new Tally();
  readonly #stop = new AbortController();
  readonly #cancel = new AbortController();
  readonly #delivery: Delivery;
  #source: string | undefined;
  #failure: string | undefined;
  #isUnreached = false;
  #lastReason: string | undefined;

  constructor(options: IngestOptions, ports: IngestPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#delivery = new Delivery({
      client: new UsageClient(options.server),
      signals: { stop: this.#stop.signal, cancel: this.#cancel.signal },
      giveUpMs: options.giveUpMs,
      unreachedMs: options.unreachedMs,
      nowMs: () => performance.now(),
      pause,
      random: Math.random,
      onFailure: (failure) => this.#onFailure(failure),
    });
  }

  async run(): Promise<IngestReport> {
    const startMs = performance.now();
    const { interrupt, standardInput } = this.#ports;
    const onInterrupt = () => this.#stop.abort();
    if (interrupt.aborted) onInterrupt();
    interrupt.addEventListener('abort', onInterrupt);
    if (rowsKnownBy(this.#options) === 'place') this.#ports.warn(placeWarning);
    try {
      await this.#send(await openInput(this.#options.file, standardInput));
    } catch (error) {
      this.#fail(error);
    } finally {
      interrupt.removeEventListener('abort', onInterrupt);
      this.#ports.monitor?.end();
    }
    const elapsedMs = performance.now() - startMs;
    return {
      ending: this.#ending(),
      tally: this.#tally,
      source: this.#source,
      rowsKnownBy: rowsKnownBy(this.#options),
      elapsedMs,
    };
  }

  async #send(input: Input): Promise<void> {
    let graceTimer: NodeJS.Timeout | undefined;
    const onStop = () => {
      // A pipe may stay silent for ever.
      input.close();
      graceTimer = globalThis.setTimeout(() => this.#cancel.abort(), stopGraceMs);
    };
    if (this.#stop.signal.aborted) onStop();
    this.#stop.signal.addEventListener('abort', onStop);
    this.#ports.monitor?.begin({
      tally: this.#tally,
      sizeBytes: input.sizeBytes,
      trouble: () => this.#trouble(),
    });
    const bulks = this.#bulksOf(input);
    try {
      await Promise.all(Array.from({ length: this.#options.concurrency }, () => this.#work(bulks)));
    } finally {
      clearTimeout(graceTimer);
      input.close();
    }
  }

  #bulksOf(input: Input): AsyncGenerator<Bulk> {
    return readBulks(input, this.#options, this.#tally, (name) => {
      this.#source = name;
    });
  }

  /** Takes bulk after bulk. As many of these run as bulks may be on their way. */
  async #work(bulks: AsyncGenerator<Bulk>): Promise<void> {
    try {
      for (;;) {
        const next = await bulks.next();
        if (next.done === true || this.#stop.signal.aborted) return;
        this.#count(next.value, await this.#delivery.deliver(next.value));
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #count({ items, bytes }: Bulk, delivered: Delivered): void {
    const tally = this.#tally;
    if (delivered.kind !== 'answered') {
      tally.itemsUnanswered += items.length;
      if (delivered.kind === 'unreached' && !this.#stop.signal.aborted) this.#isUnreached = true;
      if (delivered.kind !== 'unanswered') this.#fail(new IngestStop(delivered.reason));
      return;
    }
    tally.bytesDone += bytes;
    tally.itemsAnswered += items.length;
    for (const [index, { row, item }] of items.entries()) {
      const result = delivered.results[index];
      if (result === undefined) throw new Error('there is a result for every item');
      if (result.ok) tally.take(result.status, item.serviceId, item.requests);
      else tally.refuseItem(row, result.error, result.message);
    }
  }

  /** The first failure is the reason; what fails after it fails because it was stopped. */
  #fail(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    const isExpected = error instanceof IngestStop || (error instanceof Error && 'syscall' in error);
    this.#failure = isExpected ? error.message : error instanceof Error ? error.stack : String(error);
    this.#stop.abort();
  }

  #onFailure({ reason, leftMs }: Failure): void {
    this.#tally.retries += 1;
    if (!this.#delivery.isFailing) {
      const until = new Date(Date.now() + leftMs).toISOString().slice(0, 19);
      this.#ports.warn(`${reason}; trying again for ${Math.round(leftMs / 1000)} s, until ${until}Z`);
    }
    this.#lastReason = reason;
  }

  #trouble(): string | undefined {
    return this.#delivery.isFailing ? this.#lastReason : undefined;
  }

  #ending(): Ending {
    if (this.#failure !== undefined)
      return { kind: this.#isUnreached ? 'unreached' : 'failed', message: this.#failure };
    return this.#stop.signal.aborted ? { kind: 'interrupted' } : { kind: 'finished' };
  }
}

const placeWarning =
  'WARNING: the rows have no id (--id-column), so each is known by its place in the file. If rows are ever inserted or removed ' +
  'before others, as in a rolling export or one with the newest row first, they are billed again; rows of another file that ' +
  'begins in the same way are taken for known ones. Give --id-column, or confirm with --source NAME that the file only grows at ' +
  'its end.';

function rowsKnownBy({ mapping, source, isPlaceStable }: IngestOptions): RowsKnownBy {
  if (mapping.rowId !== undefined) return 'id';
  return source !== undefined || isPlaceStable ? 'named_place' : 'place';
}

/** Waits, and ends early when the signal aborts. */
async function pause(ms: number, until: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal: until });
  } catch (error) {
    if (!until.aborted) throw error;
  }
}
