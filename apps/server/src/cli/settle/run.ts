import { setTimeout as sleep } from 'node:timers/promises';
import { type Billonce, BillonceError, type Quote, type Settlement } from '@billonce/client';
import { bounds } from '@billonce/contract';
import { sha256 } from '@billonce/idempotency/core';
import { amountPlaces, formatDecimal, parseDecimal } from '../../domain/amount.ts';

/** Which bills a run makes. */
export interface Run {
  readonly runId: string;
  /** bills what was recorded before it; without it, everything that is outstanding */
  readonly before: string | undefined;
}

/** The result of a run, including the bills from before it was killed. */
interface RunReport {
  readonly bills: number;
  /** in XLM */
  readonly billedStroops: bigint;
  /** what was billed in other assets */
  readonly otherAssets: readonly { readonly asset: string; readonly totalBilled: string }[];
  /** accounts that it could not settle, with the reason */
  readonly left: readonly string[];
}

const limit = bounds.pageItems;
/** An account on which usage is recorded all the time may change between its quote and its bill. */
const quotesMax = 10;
/**
 * On PostgreSQL a list ends before the rows that running batches may still record, so the last bills appear in it a
 * little later.
 */
const listedMsMax = 60_000;
const lookAgainMs = 200;
/** Refusals that concern the caller, and therefore every account. */
const ofCaller: ReadonlySet<number> = new Set([400, 401, 403, 405, 421, 429]);

/**
 * Settles every account of a tenant, each as it was quoted. It can be ended at any time and begin again: an account that is settled has
 * nothing to quote.
 *
 * @throws {BillonceError} if the server refuses all of it, or does not answer as it should
 */
export async function settleAll(
  client: Billonce,
  options: Run,
  progress: (text: string) => void = () => undefined,
): Promise<RunReport> {
  const run = new SettlementRun(client, options);
  const left: string[] = [];
  let accounts = 0;
  for await (const agent of client.agents.list({ limit })) {
    for await (const { serviceId, total } of client.agents.usage(agent)) {
      accounts += 1;
      progress(`account ${accounts}: ${agent} ${serviceId}`);
      const reason = await run.settle(agent, serviceId, total);
      if (reason !== undefined) left.push(`${agent} ${serviceId}: ${reason}`);
    }
  }
  return { ...(await run.bills()), left };
}

class SettlementRun {
  readonly #client: Billonce;
  readonly #run: Run;
  /** the last bill that this process made */
  #lastId = '';

  constructor(client: Billonce, run: Run) {
    this.#client = client;
    this.#run = run;
  }

  /** Why an account, or a part of it, is not settled; `undefined` if it is, or if nothing is outstanding on it. */
  async settle(agent: string, serviceId: string, total: number): Promise<string | undefined> {
    const { runId } = this.#run;
    for (let quotes = 1; quotes <= quotesMax; quotes++) {
      const quote = await this.#quote(agent, serviceId);
      // A service that was deleted has no quote, either, once everything on it is settled.
      if (quote === undefined) return total === 0 ? undefined : 'its service has no price';
      // What was drawn from the balance, or returned to it, can be on a bill without lines.
      if (quote.lines.length === 0 && quote.prepaid === undefined) return leftOut(quote);
      const { through } = quote;
      // The same bill has the same key in every attempt of the run.
      const key = sha256(JSON.stringify([runId, agent, serviceId, through])).slice(0, 32);
      try {
        const request = { agent, serviceId, through, ...expectedOf(quote), runId };
        // A replay is the bill of an attempt whose answer was lost.
        const { settlementId } = await this.#client.settle(request, { idempotencyKey: `run-${key}` });
        this.#note(settlementId);
        return leftOut(quote);
      } catch (error) {
        if (!isOfAccount(error)) throw error;
        if (error.status === 412) continue;
        // An account that cannot be billed does not prevent the bills of others.
        return `${error.status} ${error.code} - ${error.message}`;
      }
    }
    return 'it changed every time between its quote and its bill';
  }

  /** `undefined` if the service has no price. */
  async #quote(agent: string, serviceId: string): Promise<Quote | undefined> {
    const { before } = this.#run;
    const query = before === undefined ? {} : { recordedBefore: before };
    try {
      return await this.#client.call('readQuote', { params: { agent, serviceId }, query });
    } catch (error) {
      if (error instanceof BillonceError && error.code === 'not_found') return undefined;
      throw error;
    }
  }

  /** Ids are in the order in which they were made. */
  #note(settlementId: string | null): void {
    if (settlementId !== null && settlementId > this.#lastId) this.#lastId = settlementId;
  }

  /** All bills of the run, with those of a process that was killed. */
  async bills(): Promise<Pick<RunReport, 'bills' | 'billedStroops' | 'otherAssets'>> {
    const { runId } = this.#run;
    const endMs = performance.now() + listedMsMax;
    for (;;) {
      let [bills, billedStroops, lastId] = [0, 0n, ''];
      const others = new Map<string, bigint>();
      for await (const bill of this.#client.settlements.list({ runId, limit })) {
        bills += 1;
        if (bill.billedStroops === undefined) addTo(others, bill);
        else billedStroops += BigInt(bill.billedStroops);
        lastId = bill.id;
      }
      if (lastId >= this.#lastId) return { bills, billedStroops, otherAssets: sumsOf(others) };
      if (performance.now() > endMs)
        throw new BillonceError('unexpected_answer', 'the list of bills does not contain the last bill yet');
      await sleep(lookAgainMs);
    }
  }
}

/** Whether an error is a refusal of this account alone. */
function isOfAccount(error: unknown): error is BillonceError & { readonly status: number } {
  if (!(error instanceof BillonceError) || error.status === undefined) return false;
  // What answers is not a Billonce server.
  if (error.code === 'unexpected_answer') return false;
  return error.status >= 400 && error.status < 500 && !ofCaller.has(error.status);
}

/** The usage that a bill up to a moment leaves to the next run. */
function leftOut({ leftOutRequests = 0 }: Quote): string | undefined {
  if (leftOutRequests === 0) return undefined;
  return `${leftOutRequests} requests are left for the next run, because usage up to them was reversed after --before`;
}

/** The amount that a quote names: in stroops, or in another asset exactly. */
function expectedOf({
  billedStroops,
  amount,
}: Quote): { readonly expectedStroops: string } | { readonly expectedAmount: string } {
  return billedStroops === undefined ? { expectedAmount: amount } : { expectedStroops: billedStroops };
}

/** Adds a bill to the sum of its asset. */
function addTo(sums: Map<string, bigint>, { asset, amount }: Settlement): void {
  const exact = parseDecimal(amount, amountPlaces);
  if (exact === undefined)
    throw new BillonceError('unexpected_answer', `the amount of a bill is "${amount}"`);
  sums.set(asset, (sums.get(asset) ?? 0n) + exact);
}

function sumsOf(sums: ReadonlyMap<string, bigint>): RunReport['otherAssets'] {
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([asset, sum]) => ({ asset, totalBilled: formatDecimal(sum, amountPlaces) }));
}
