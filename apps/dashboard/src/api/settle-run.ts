import { billed, expectation } from '../core/billing.ts';
import { type Left, type Run, RunSum, type Tally } from '../core/run.ts';
import { CallFailed, failureOf } from './failure.ts';
import type { Operation } from './operations.ts';
import { isPassing, patiently, pause } from './patience.ts';
import type { Session } from './session.ts';
import type { BodyOf, ItemOf, Parts } from './types.ts';
import { writeOnce } from './write-once.ts';

type Quote = BodyOf<'readQuote'>;
type Account = ItemOf<'readAgentUsage'> & { readonly agent: string };
interface ListPage {
  readonly hasMore: boolean;
  readonly nextCursor: string | null;
}
interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}
type Progress = (tally: Tally) => void;

const pageItems = 1_000;
/** How many accounts are under way at a time: a browser has 6 connections to a server, and the page needs some, too. */
const lanes = 4;
/** An account on which usage is recorded all the time may change between its quote and its bill. */
const quotesMax = 10;
/** On PostgreSQL a list ends before what other batches may still record: the last bills come into it a little later. */
const listedMsMax = 60_000;
const lookAgainMs = 500;
/** Refusals that are about the caller, and so about every account. */
const ofCaller: ReadonlySet<number> = new Set([400, 401, 403, 405, 421, 429]);

/**
 * Settles every account up to a moment, as `billonce settle` does: each as it was quoted, with the name of the run. It can end at any
 * time and begin again, here or elsewhere, also several times at once: an account that is settled has nothing to quote, and the
 * server refuses to bill an entry twice.
 */
export class SettleRun {
  readonly #session: Pick<Session, 'client' | 'caller'>;
  readonly #run: Run;
  readonly #signal: AbortSignal;
  /** the last bill that was made here; ids are in the order in which they were made */
  #lastId = '';

  /** @param signal ends the run after the accounts that are under way */
  constructor(session: Pick<Session, 'client' | 'caller'>, run: Run, signal: AbortSignal) {
    this.#session = session;
    this.#run = run;
    this.#signal = signal;
  }

  /**
   * What the run would bill now. Nothing is changed.
   *
   * @throws {CallFailed} if the server refuses, or does not answer
   */
  async look(onProgress: Progress): Promise<Tally> {
    return await this.#eachAccount(onProgress, async (account, sum) => {
      const quote = await this.#quote(account);
      if (quote === undefined) return withoutPrice(account);
      if (hasBill(quote)) sum.bill(account.agent, billed(quote));
      return leftOut(quote);
    });
  }

  /**
   * Bills every account on which something is left.
   *
   * @throws {CallFailed} if the server refuses all of it, or does not answer; the bills that were made stay
   */
  async bill(onProgress: Progress): Promise<Tally> {
    return await this.#eachAccount(onProgress, (account, sum) => this.#settle(account, sum));
  }

  /**
   * All bills of the run, also those that were made elsewhere.
   *
   * @throws {CallFailed} if the server refuses, or does not answer
   */
  async bills(): Promise<Tally> {
    const endMs = performance.now() + listedMsMax;
    for (;;) {
      const sum = new RunSum();
      let lastId = '';
      const { runId } = this.#run;
      const pages = this.#pages((page) => this.#read('listSettlements', { query: { ...page, runId } }));
      for await (const { items } of pages) {
        for (const bill of items) {
          sum.bill(bill.agent, billed(bill));
          lastId = bill.id;
        }
      }
      if (lastId >= this.#lastId || this.#signal.aborted || performance.now() > endMs) return sum.tally;
      await pause(lookAgainMs, this.#signal);
    }
  }

  /** Does something for each account, some at a time. After a failure nothing new begins, and what is under way ends first. */
  async #eachAccount(
    onProgress: Progress,
    act: (account: Account, sum: RunSum) => Promise<string | undefined>,
  ): Promise<Tally> {
    const sum = new RunSum();
    const accounts = this.#accounts();
    const faults: unknown[] = [];
    const lane = async () => {
      while (!this.#signal.aborted && faults.length === 0) {
        const { value: account, done } = await accounts.next();
        if (done === true || account === undefined) return;
        const reason = await act(account, sum);
        if (reason !== undefined) sum.leave(leftOf(account, reason));
        sum.look();
        onProgress(sum.tally);
      }
    };
    const safeLane = () => lane().catch((error: unknown) => faults.push(error));
    await Promise.all(Array.from({ length: lanes }, safeLane));
    if (faults.length > 0) throw faults[0];
    return sum.tally;
  }

  async *#accounts(): AsyncGenerator<Account, undefined> {
    for await (const { agents } of this.#pages((query) => this.#read('listAgents', { query }))) {
      for (const agent of agents) {
        const params = { agent };
        const pages = this.#pages((query) => this.#read('readAgentUsage', { params, query }));
        for await (const { items } of pages) for (const item of items) yield { ...item, agent };
      }
    }
    return undefined;
  }

  async *#pages<P extends ListPage>(read: (query: PageQuery) => Promise<P>): AsyncGenerator<P> {
    for (let cursor: string | null = null; ; ) {
      const page: P = await read({ limit: pageItems, ...(cursor === null ? {} : { cursor }) });
      yield page;
      if (!page.hasMore || page.nextCursor === null || this.#signal.aborted) return;
      cursor = page.nextCursor;
    }
  }

  async #read<N extends Operation>(name: N, parts: Parts<N>): Promise<BodyOf<N>> {
    return await patiently(() => this.#session.client.call(name, parts), this.#signal);
  }

  /** `undefined` if the service has no price. */
  async #quote({ agent, serviceId }: Account): Promise<Quote | undefined> {
    const query = { recordedBefore: this.#run.before };
    try {
      return await this.#read('readQuote', { params: { agent, serviceId }, query });
    } catch (error) {
      if (failureOf(error).status === 404) return undefined;
      throw error;
    }
  }

  /** Why an account, or a part of it, is not settled; `undefined` if it is, or if nothing is outstanding on it. */
  async #settle(account: Account, sum: RunSum): Promise<string | undefined> {
    const { agent, serviceId } = account;
    for (let quotes = 1; quotes <= quotesMax; quotes += 1) {
      const quote = await this.#quote(account);
      if (quote === undefined) return withoutPrice(account);
      if (!hasBill(quote)) return leftOut(quote);
      const { runId } = this.#run;
      const body = { agent, serviceId, through: quote.through, ...expectation(quote), runId };
      const sent = await this.#send({ body });
      if (sent.kind === 'answered') {
        const { settlementId } = sent.answer;
        if (settlementId === null) return leftOut(quote);
        if (settlementId > this.#lastId) this.#lastId = settlementId;
        sum.bill(agent, billed(sent.answer));
        return leftOut(quote);
      }
      const { failure } = sent;
      // Settled meanwhile, by another tab, too.
      if (failure.status === 412) continue;
      if (failure.status === 0 || failure.status >= 500 || ofCaller.has(failure.status))
        throw new CallFailed(failure);
      // One account that cannot be billed keeps no other one from its bill.
      return failure.message;
    }
    return 'it changed every time between its quote and its bill';
  }

  /** The same key is sent until the answer is certain. */
  async #send(parts: Parts<'settle'>) {
    const attempt = async () => {
      const sent = await writeOnce(this.#session, 'settle', parts);
      if (sent.kind === 'failed' && isPassing(sent.failure)) throw new CallFailed(sent.failure);
      return sent;
    };
    return await patiently(attempt, this.#signal);
  }
}

/** What was drawn from the balance, or returned to it, can be on a bill without lines. */
function hasBill({ lines, prepaid }: Quote): boolean {
  return lines.length > 0 || prepaid !== undefined;
}

/** A service that was deleted has no quote, either, once everything on it is settled. */
function withoutPrice({ total }: Account): string | undefined {
  return BigInt(total) === 0n ? undefined : 'its service has no price';
}

/** What a bill up to a moment has to leave to the next run. */
function leftOut({ leftOutRequests = 0 }: Quote): string | undefined {
  if (leftOutRequests === 0) return undefined;
  return `${leftOutRequests} requests are left for the next run, because usage up to them was reversed after the end`;
}

function leftOf({ agent, serviceId }: Account, reason: string): Left {
  return { agent, serviceId, reason };
}
