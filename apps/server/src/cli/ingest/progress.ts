import type { Tally } from './tally.ts';

/** The state that a monitor shows. */
export interface Watched {
  readonly tally: Tally;
  readonly sizeBytes: number | undefined;
  /** why all attempts are failing at the moment */
  readonly trouble: () => string | undefined;
}

/** Shows the progress of an ingestion. */
export interface Monitor {
  begin(watched: Watched): void;
  note(text: string): void;
  end(): void;
}

/** Where progress is shown: a terminal, or a log. */
export interface ProgressOutput {
  readonly isTTY: boolean;
  readonly columns: number;
  write(text: string): void;
}

const barMs = 200;
const lineMs = 5_000;
/** Rate and remaining time are computed from this last period: an earlier outage says nothing about the rest. */
const windowMs = 10_000;

/** A bar on a terminal, or a line every few seconds elsewhere. */
export class Progress implements Monitor {
  readonly #output: ProgressOutput;
  readonly #nowMs: () => number;
  #timer: NodeJS.Timeout | undefined;
  #watched: Watched | undefined;
  #samples: Sample[] = [];

  constructor(output: ProgressOutput, nowMs: () => number) {
    this.#output = output;
    this.#nowMs = nowMs;
  }

  begin(watched: Watched): void {
    this.#watched = watched;
    this.#sample(watched);
    this.#timer = setInterval(() => this.#show(), this.#output.isTTY ? barMs : lineMs);
    this.#timer.unref();
  }

  note(text: string): void {
    this.#output.write(`${this.#output.isTTY ? '\r\x1b[K' : ''}billonce: ${text}\n`);
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#output.isTTY && this.#watched !== undefined) this.#output.write('\r\x1b[K');
  }

  #show(): void {
    if (this.#watched === undefined) return;
    const first = this.#samples.find(({ atMs }) => atMs >= this.#nowMs() - windowMs) ?? this.#samples[0];
    const now = this.#sample(this.#watched);
    const line = progressLine(first ?? now, now, this.#watched);
    const { isTTY, columns } = this.#output;
    // A line that wraps could not be overwritten.
    this.#output.write(isTTY ? `\r\x1b[K${line.slice(0, columns - 1)}` : `billonce: ${line}\n`);
  }

  #sample({ tally }: Watched): Sample {
    const sample = { atMs: this.#nowMs(), items: tally.itemsAnswered, bytes: tally.bytesDone };
    this.#samples = [...this.#samples.filter(({ atMs }) => atMs >= sample.atMs - windowMs), sample];
    return sample;
  }
}

/** The progress at one moment. */
export interface Sample {
  readonly atMs: number;
  readonly items: number;
  readonly bytes: number;
}

const barCells = 24;
const numbers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** The progress, the rate, and the estimated remaining time. */
export function progressLine(
  before: Sample,
  now: Sample,
  { sizeBytes, trouble }: Omit<Watched, 'tally'>,
): string {
  const seconds = Math.max(now.atMs - before.atMs, 1) / 1000;
  const parts = [
    `${numbers.format(now.items)} items`,
    `${numbers.format((now.items - before.items) / seconds)}/s`,
  ];
  if (sizeBytes !== undefined && sizeBytes > 0) {
    const share = Math.min(now.bytes / sizeBytes, 1);
    const cells = Math.round(share * barCells);
    parts.unshift(`[${'#'.repeat(cells)}${'-'.repeat(barCells - cells)}]`, `${Math.floor(share * 100)} %`);
    const bytesPerSecond = (now.bytes - before.bytes) / seconds;
    if (bytesPerSecond > 0) parts.push(`${duration((sizeBytes - now.bytes) / bytesPerSecond)} left`);
  }
  const reason = trouble();
  if (reason !== undefined) parts.push(`waiting: ${reason}`);
  return parts.join('  ');
}

function duration(seconds: number): string {
  const whole = Math.max(Math.ceil(seconds), 0);
  const two = (part: number) => String(part).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}
