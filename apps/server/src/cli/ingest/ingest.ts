import type { Readable } from 'node:stream';
import type { UsageItem } from '@billonce/contract';
import { parseDecimal } from '../../domain/amount.ts';
import { BulkSender, type Delivered, type Failure } from './bulk-sender.ts';
import type { Bulk } from './cut-bulks.ts';
import { DryServer } from './dry-server.ts';
import { quantityPlaces } from './exact-count.ts';
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
  | ({ readonly kind: 'failed' } & Failed)
  /** no server ever answered */
  | ({ readonly kind: 'unreached' } & Failed);

interface Failed {
  readonly message: string;
  /** the next step, as a sentence */
  readonly advice: string;
}

/** The result of an ingestion. */
export interface IngestReport {
  readonly ending: Ending;
  readonly tally: Tally;
  /** whether counts are units with decimal places */
  readonly areQuantities: boolean;
  /** `undefined` if it ended before the name was known */
  readonly source: string | undefined;
  /** what the id of a row is derived from */
  readonly rowsKnownBy: RowsKnownBy;
  readonly elapsedMs: number;
  /** the first items that a dry run would send; `undefined` for a run that sends */
  readonly shown: readonly UsageItem[] | undefined;
}

/**
 * How the server recognizes a row that it already has: by an id in the row; by its place in a file that has a name or
 * never changes; or only by its place.
 */
export type RowsKnownBy = 'id' | 'named_place' | 'place';

/** The ports of an ingestion. */
export interface IngestPorts {
  readonly standardInput: Readable;
  /** stops it: nothing new begins, and requests under way are awaited for a short time */
  readonly interrupt: AbortSignal;
  readonly monitor: Monitor | undefined;
  /** prints important messages, even if there is no monitor */
  readonly warn: (text: string) => void;
}

/** How long to wait after a stop for the answers of requests under way. */
const stopGraceMs = 5_000;

/** Sends a file to a server. No matter when and how it ends, it can be run again. */
export async function ingest(options: IngestOptions, ports: IngestPorts): Promise<IngestReport> {
  return await new Ingestion(options, ports).run();
}

class Ingestion {
  readonly #options: IngestOptions;
  readonly #ports: IngestPorts;
  readonly #tally = new Tally();
  readonly #stop = new AbortController();
  readonly #cancel = new AbortController();
  readonly #sender: BulkSender;
  readonly #dryServer: DryServer | undefined;
  #source: string | undefined;
  #failure: Failed | undefined;
  #isUnreached = false;
  #lastReason: string | undefined;

  constructor(options: IngestOptions, ports: IngestPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#dryServer = options.isDryRun ? new DryServer(Date.now()) : undefined;
    this.#sender = new BulkSender({
      client: this.#dryServer ?? new UsageClient(options.server),
      signals: { stop: this.#stop.signal, cancel: this.#cancel.signal },
      giveUpMs: options.giveUpMs,
      unreachedMs: options.unreachedMs,
      nowMs: () => performance.now(),
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
      areQuantities: this.#options.mapping.areQuantities === true,
      source: this.#source,
      rowsKnownBy: rowsKnownBy(this.#options),
      elapsedMs,
      shown: this.#dryServer?.shown,
    };
  }

  async #send(input: Input): Promise<void> {
    let graceTimer: NodeJS.Timeout | undefined;
    const onStop = () => {
      // A pipe may stay silent forever.
      input.close();
      graceTimer = setTimeout(() => this.#cancel.abort(), stopGraceMs);
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

  /** Takes one bulk after another. The number of these loops is the number of bulks that may be under way. */
  async #work(bulks: AsyncGenerator<Bulk>): Promise<void> {
    try {
      for (;;) {
        const next = await bulks.next();
        if (next.done === true || this.#stop.signal.aborted) return;
        this.#count(next.value, await this.#sender.deliver(next.value));
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
      if (delivered.kind !== 'unanswered') this.#fail(new IngestStop(delivered.reason, delivered.advice));
      return;
    }
    tally.bytesDone += bytes;
    tally.itemsAnswered += items.length;
    for (const [index, { row, item }] of items.entries()) {
      const result = delivered.results[index];
      if (result === undefined) throw new Error('there is a result for every item');
      if (result.ok) tally.take(result.status, item.serviceId, amountOf(item));
      else tally.refuseItem(row, result.error, result.message);
    }
  }

  /** The first failure is the reason; later ones fail because of the stop. */
  #fail(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.#failure = failedBy(error);
    this.#stop.abort();
  }

  #onFailure({ reason, leftMs }: Failure): void {
    this.#tally.retries += 1;
    if (!this.#sender.isFailing) {
      const until = new Date(Date.now() + leftMs).toISOString().slice(0, 19);
      this.#ports.warn(`${reason}; trying again for ${Math.round(leftMs / 1000)} s, until ${until}Z`);
    }
    this.#lastReason = reason;
  }

  #trouble(): string | undefined {
    return this.#sender.isFailing ? this.#lastReason : undefined;
  }

  #ending(): Ending {
    if (this.#failure !== undefined)
      return { kind: this.#isUnreached ? 'unreached' : 'failed', ...this.#failure };
    return this.#stop.signal.aborted ? { kind: 'interrupted' } : { kind: 'finished' };
  }
}

/** The quantity of an item, in 10^-6 of a unit. */
function amountOf({ requests, quantity = String(requests) }: UsageItem): bigint {
  return parseDecimal(quantity, quantityPlaces) ?? 0n;
}

function failedBy(error: unknown): Failed {
  if (error instanceof IngestStop) return { message: error.message, advice: error.advice };
  if (!(error instanceof Error) || !('syscall' in error)) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { message, advice: 'This is a fault of billonce: report it with these lines.' };
  }
  return { message: error.message, advice: 'Make the file readable, then run the same command again.' };
}

const placeWarning =
  'WARNING: the rows have no id (--id-column), so each is identified by its place in the file. If rows are ever inserted or removed ' +
  'before others, as in a rolling export or one with the newest row first, they are billed again; rows of another file that ' +
  'begins in the same way are treated as duplicates. Give --id-column, or confirm with --source NAME that the file only grows at ' +
  'its end. Do either from the first run of a file on, because it changes the ids of the rows.';

function rowsKnownBy({ mapping, source, isPlaceStable }: IngestOptions): RowsKnownBy {
  if (mapping.rowId !== undefined) return 'id';
  return source !== undefined || isPlaceStable ? 'named_place' : 'place';
}
