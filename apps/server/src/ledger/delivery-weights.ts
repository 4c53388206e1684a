import { type Command, rulesOf } from '../domain/command.ts';
import type { Outcome, Submission } from './submission.ts';

/** Four deliveries take the writer about as long as one item: `node bench/settle-bulk.ts sqlite 16`. */
const deliveriesPerItem = 4;
/** What deliveries may raise a weight to: enough to go alone, and so little that several find room in the queue. */
const raisedMax = 10_000;
const kindsMax = 10_000;

/**
 * What commands weigh with their deliveries to webhooks. The edge does not know how many webhooks a tenant has, so a command is
 * weighed with what the last one of its kind and tenant made for each event.
 */
export class DeliveryWeights {
  /** deliveries for each event, by tenant and kind of command; none where there were none */
  readonly #deliveries = new Map<string, number>();

  weightOf(tenant: string, command: Command): number {
    const items = rulesOf(command).weight(command);
    const deliveries = this.#deliveries.get(nameOf(tenant, command)) ?? 0;
    const raised = Math.ceil(items * (1 + deliveries / deliveriesPerItem));
    return Math.max(items, Math.min(raised, raisedMax));
  }

  /** Takes in how many deliveries were committed for each event of a command. */
  learn({ tenant, command }: Submission, outcome: Outcome): void {
    if (outcome.kind !== 'answered' || outcome.deliveriesPerEvent === undefined) return;
    const name = nameOf(tenant, command);
    this.#deliveries.delete(name);
    if (outcome.deliveriesPerEvent === 0) return;
    this.#deliveries.set(name, outcome.deliveriesPerEvent);
    const [oldest] = this.#deliveries.keys();
    if (this.#deliveries.size > kindsMax && oldest !== undefined) this.#deliveries.delete(oldest);
  }
}

function nameOf(tenant: string, { kind }: Command): string {
  return `${tenant} ${kind}`;
}
