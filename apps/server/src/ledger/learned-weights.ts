import { type Command, rulesOf } from '../domain/command.ts';
import type { Outcome, Submission } from './submission.ts';

/** Four deliveries take the writer about as long as one item: `node bench/settle-bulk.ts sqlite 16`. */
const deliveriesPerItem = 4;
/** Loading an account of 10,000 lines takes about as long as 1,000 items. */
const linesPerItem = 10;
/**
 * The most that is added to a weight: enough to be committed alone, and little enough that several find room in the
 * queue.
 */
const raisedMax = 10_000;
const kindsMax = 10_000;

/** The cost of the last command of a kind, besides its items. */
interface Learned {
  /** deliveries that were committed for each event */
  readonly deliveries: number;
  /** lines of the accounts that it changed, not counting one of each */
  readonly lines: number;
}

/**
 * The weights of commands, including their deliveries to webhooks and the lines of their accounts. The HTTP thread
 * knows neither, so a command is weighed by the last one of its kind and tenant.
 */
export class LearnedWeights {
  /** by tenant and kind of command; missing if there is nothing to add */
  readonly #learned = new Map<string, Learned>();

  weightOf(tenant: string, command: Command): number {
    const items = rulesOf(command).weight(command);
    const learned = this.#learned.get(nameOf(tenant, command));
    if (learned === undefined) return items;
    const raised = items * (1 + learned.deliveries / deliveriesPerItem) + learned.lines / linesPerItem;
    return Math.max(items, Math.min(Math.ceil(raised), raisedMax));
  }

  /** Records the cost of a command. */
  learn({ tenant, command }: Submission, outcome: Outcome): void {
    if (outcome.kind !== 'answered' || outcome.deliveriesPerEvent === undefined) return;
    const name = nameOf(tenant, command);
    this.#learned.delete(name);
    const deliveries = outcome.deliveriesPerEvent;
    const lines = outcome.lines ?? 0;
    if (deliveries === 0 && lines < linesPerItem) return;
    this.#learned.set(name, { deliveries, lines });
    const [oldest] = this.#learned.keys();
    if (this.#learned.size > kindsMax && oldest !== undefined) this.#learned.delete(oldest);
  }
}

function nameOf(tenant: string, { kind }: Command): string {
  return `${tenant} ${kind}`;
}
