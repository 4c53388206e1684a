import { randomUUID } from 'node:crypto';
import { compileValidator, operations, UsageItem } from '@billonce/contract';
import type { SourceTotal } from './agentpay.ts';
import type { Book, MoveWish } from './book.ts';
import { identityOf } from './identity.ts';
import { refusalOf } from './json-client.ts';
import { MoveFault } from './move-fault.ts';
import type { Report } from './report.ts';
import type { Target } from './target.ts';

const validateItem = compileValidator(UsageItem);
const validateResults = compileValidator(operations.recordUsageBulk.successes[201].schema);

/** The most requests of one item. */
const partRequests = 1_000_000;
const partsMax = 10_000;

/** A part of the outstanding requests of an account. */
interface Part {
  readonly account: SourceTotal;
  readonly item: UsageItem;
}

/**
 * Carries over the outstanding usage of a book. The first part of an account contains the remainder of its total. It is
 * sent before the others, so that an account whose total changed since the first run is found before more of it is
 * recorded.
 */
export async function carryUsage(
  book: Book,
  left: ReadonlySet<string>,
  wish: MoveWish,
  target: Target,
  report: Report,
): Promise<void> {
  const accounts = book.totals.filter((account) => {
    const reason = left.has(account.serviceId) ? 'its service is not carried over' : faultOf(account);
    if (reason !== undefined) report.refused(nameOf(account, book), reason);
    return reason === undefined;
  });
  const refused = new Set<SourceTotal>();
  const sending = new Sending(book, wish, target, report, refused);
  for (const account of accounts) await sending.add(firstPart(account, book, wish));
  await sending.flush();
  for (const account of accounts) {
    for (let part = 2; part <= partsOf(account) && !refused.has(account); part += 1) {
      await sending.add({ account, item: itemOf(account, part, partRequests, book, wish) });
    }
  }
  await sending.flush();
}

/** Sends parts in bulks. */
class Sending {
  readonly #book: Book;
  readonly #wish: MoveWish;
  readonly #target: Target;
  readonly #report: Report;
  readonly #refused: Set<SourceTotal>;
  #parts: Part[] = [];

  constructor(book: Book, wish: MoveWish, target: Target, report: Report, refused: Set<SourceTotal>) {
    this.#book = book;
    this.#wish = wish;
    this.#target = target;
    this.#report = report;
    this.#refused = refused;
  }

  async add(part: Part): Promise<void> {
    this.#parts.push(part);
    if (this.#parts.length >= this.#wish.batchItems) await this.flush();
  }

  async flush(): Promise<void> {
    const parts = this.#parts;
    this.#parts = [];
    if (parts.length === 0) return;
    if (this.#wish.isDryRun) {
      for (const _ of parts) this.#report.carried('usage items');
      return;
    }
    // The items have ids, so a run need not remember the bulks of another run. A replay of an old answer would hide
    // that an item refused then would be accepted now.
    const key = identityOf('bulk', randomUUID(), ...parts.map(({ item }) => item.id ?? ''));
    const body = { items: parts.map(({ item }) => item) };
    const { status, json } = await this.#target.post(this.#book.tenant, '/usage/bulk', key, body);
    if (status !== 201) throw new MoveFault(`the server answers a bulk with ${refusalOf(status, json)}`);
    this.#judge(parts, json);
  }

  #judge(parts: readonly Part[], json: unknown): void {
    const validated = validateResults(json);
    if (validated.kind === 'invalid' || validated.value.results.length !== parts.length) {
      throw new MoveFault('the answer to a bulk is not from a Billonce server; check the URL');
    }
    for (const [index, result] of validated.value.results.entries()) {
      const account = parts[index]?.account;
      if (account === undefined) continue;
      if (!result.ok) {
        this.#refused.add(account);
        this.#report.refused(nameOf(account, this.#book), reasonOf(result));
      } else if (result.status === 'duplicate') this.#report.alreadyThere('usage items');
      else this.#report.carried('usage items');
    }
  }
}

function reasonOf({ error, message }: { readonly error: string; readonly message: string }): string {
  switch (error) {
    case 'usage_id_conflict':
      return "AgentPay's total of it has changed since it was carried (usage_id_conflict): what was carried stays, and the change is not";
    case 'service_disabled':
      return `${message} (service_disabled): enable it, and run this again`;
  }
  return `${message} (${error})`;
}

function faultOf(account: SourceTotal): string | undefined {
  if (partsOf(account) > partsMax) return `a total above ${partsMax * partRequests} is not carried`;
  const { agent, serviceId } = account;
  const validated = validateItem({ agent, serviceId, requests: 1 });
  if (validated.kind === 'valid') return undefined;
  return validated.faults.map(({ pointer, message }) => `${pointer.slice(1)} ${message}`).join('; ');
}

/** Whether Billonce accepts the names of the account. */
export function isNameable(account: SourceTotal): boolean {
  return validateItem({ agent: account.agent, serviceId: account.serviceId, requests: 1 }).kind === 'valid';
}

function partsOf({ total }: SourceTotal): number {
  return Math.ceil(total / partRequests);
}

function firstPart(account: SourceTotal, book: Book, wish: MoveWish): Part {
  const requests = account.total - (partsOf(account) - 1) * partRequests;
  return { account, item: itemOf(account, 1, requests, book, wish) };
}

function itemOf(
  { agent, serviceId }: SourceTotal,
  part: number,
  requests: number,
  book: Book,
  { source }: MoveWish,
): UsageItem {
  const id = `agentpay-${identityOf(source, 'usage', book.id, agent, serviceId, part)}`;
  return { agent, serviceId, requests, id };
}

function nameOf({ agent, serviceId, total }: SourceTotal, { name }: Book): string {
  return `usage of ${agent} at ${serviceId} of ${name}, ${total} requests`;
}
