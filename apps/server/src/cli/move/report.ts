/** The kinds of things that a move carries over. */
export const kinds = ['services', 'disabled flags', 'usage items', 'webhooks', 'API keys'] as const;
export type Kind = (typeof kinds)[number];

export interface NotCarried {
  readonly what: string;
  readonly reason: string;
}

/** A new webhook and the secret that verifies its messages. */
export interface NewSecret {
  readonly tenant: string;
  readonly url: string;
  readonly id: string;
  readonly secret: string;
}

interface Counts {
  carried: number;
  alreadyThere: number;
}

/** The number of things that are listed individually; the rest is counted. */
const linesMax = 1_000;

/** The result of a move. */
export class Report {
  /**
   * the prices that services would get in a dry run, by tenant and service: the second book of a tenant compares with
   * those of the first
   */
  readonly plannedPrices = new Map<string, number>();
  readonly counts: Readonly<Record<Kind, Counts>> = {
    services: { carried: 0, alreadyThere: 0 },
    'disabled flags': { carried: 0, alreadyThere: 0 },
    'usage items': { carried: 0, alreadyThere: 0 },
    webhooks: { carried: 0, alreadyThere: 0 },
    'API keys': { carried: 0, alreadyThere: 0 },
  };
  readonly notCarried: NotCarried[] = [];
  readonly different: string[] = [];
  notCarriedCount = 0;
  differentCount = 0;
  equalCount = 0;
  readonly #progress: (text: string) => void;

  /** @param progress shows how far the move is */
  constructor(progress: (text: string) => void = () => undefined) {
    this.#progress = progress;
  }

  carried(kind: Kind): void {
    this.counts[kind].carried += 1;
    this.#show(kind);
  }

  alreadyThere(kind: Kind): void {
    this.counts[kind].alreadyThere += 1;
    this.#show(kind);
  }

  #show(kind: Kind): void {
    const { carried, alreadyThere } = this.counts[kind];
    this.#progress(`${kind}: ${carried + alreadyThere}`);
  }

  refused(what: string, reason: string): void {
    this.notCarriedCount += 1;
    if (this.notCarried.length < linesMax) this.notCarried.push({ what, reason });
  }

  compared(difference: string | undefined): void {
    this.#progress(`services and totals compared: ${this.equalCount + this.differentCount + 1}`);
    if (difference === undefined) {
      this.equalCount += 1;
      return;
    }
    this.differentCount += 1;
    if (this.different.length < linesMax) this.different.push(difference);
  }

  get isComplete(): boolean {
    return this.notCarriedCount === 0 && this.differentCount === 0;
  }
}

/** The report as text. */
export function reportText(report: Report, isDryRun: boolean): string {
  const carried = isDryRun ? 'to be carried' : 'carried';
  const lines = kinds.map((kind) => {
    const { carried: now, alreadyThere } = report.counts[kind];
    return `  ${kind.padEnd(14)}  ${now} ${carried}, ${alreadyThere} there already`;
  });
  const { notCarried, notCarriedCount, different, differentCount, equalCount } = report;
  if (!isDryRun) lines.push(`  ${'compared'.padEnd(14)}  ${equalCount} equal, ${differentCount} different`);
  lines.push(...notCarried.map(({ what, reason }) => `not carried: ${what}: ${reason}`));
  if (notCarriedCount > notCarried.length) {
    lines.push(`not carried: ${notCarriedCount - notCarried.length} more`);
  }
  lines.push(...different.map((difference) => `different: ${difference}`));
  if (differentCount > different.length) lines.push(`different: ${differentCount - different.length} more`);
  const head = isDryRun ? 'dry run: nothing was written' : report.isComplete ? 'moved' : 'moved in part';
  return `${[head, ...lines].join('\n')}\n`;
}

/** The report as JSON. */
export function reportJson(report: Report, isDryRun: boolean, secrets: readonly NewSecret[]): string {
  const { counts, notCarried, notCarriedCount, different, differentCount, equalCount } = report;
  const compared = { equal: equalCount, different: differentCount };
  const whole = { isDryRun, counts, notCarriedCount, notCarried, compared, different, secrets };
  return `${JSON.stringify(whole)}\n`;
}
