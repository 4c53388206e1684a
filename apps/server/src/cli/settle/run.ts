import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '@billonce/idempotency/core';
import { amountPlaces, formatDecimal, parseDecimal } from '../../domain/amount.ts';
import { type JsonAnswer, JsonClient, refusalOf } from '../move/json-client.ts';
import { countOf, listOf, memberOf, textOf } from '../move/json-members.ts';
import { MoveFault } from '../move/move-fault.ts';
import type { RunOptions } from './options.ts';

/** What a run came to, together with what it did before it was killed. */
interface RunReport {
  readonly bills: number;
  /** in XLM */
  readonly billedStroops: bigint;
  /** what was billed in other assets */
  readonly otherAssets: readonly { readonly asset: string; readonly totalBilled: string }[];
  /** accounts that it could not settle, with the reason */
  readonly left: readonly string[];
}

const pageItems = 1_000;
/** An account on which usage is recorded all the time may change between its quote and its bill. */
const quotesMax = 10;
/** On PostgreSQL a list ends before what other batches may still record: the last bills come into it a little later. */
const listedMsMax = 60_000;
const lookAgainMs = 200;
/** Refusals that are about the caller, and so about every account. */
const ofCaller: ReadonlySet<number> = new Set([400, 401, 403, 405, 421, 429]);

/**
 * Settles every account of a tenant, each as it was quoted. It can be ended at any time and begin again: an account that is settled has
 * nothing to quote.
 *
 * @throws {MoveFault} if the server does not answer as it should
 */
export async function settleAll(
  options: RunOptions,
  progress: (text: string) => void = () => undefined,
): Promise<RunReport> {
  const run = new SettlementRun(options);
  const left: string[] = [];
  let accounts = 0;
  for await (const agent of run.agents()) {
    for await (const { serviceId, total } of run.accountsOf(agent)) {
      accounts += 1;
      progress(`account ${accounts}: ${agent} ${serviceId}`);
      const reason = await run.settle(agent, serviceId, total);
      if (reason !== undefined) left.push(`${agent} ${serviceId}: ${reason}`);
    }
  }
  return { ...(await run.bills()), left };
}

class SettlementRun {
  readonly #client: JsonClient;
  readonly #options: RunOptions;
  /** the last bill that this process made */
  #lastId = '';

  constructor(options: RunOptions) {
    this.#client = new JsonClient(options.server);
    this.#options = options;
  }

  async *agents(): AsyncGenerator<string> {
    for await (const agent of this.#list('/agents?', 'agents')) {
      yield named(typeof agent === 'string' ? agent : undefined, 'agent');
    }
  }

  /** The accounts of an agent, each with its outstanding requests. */
  async *accountsOf(agent: string): AsyncGenerator<{ readonly serviceId: string; readonly total: number }> {
    for await (const item of this.#list(`/agents/${encodeURIComponent(agent)}/usage?`)) {
      const serviceId = named(textOf(item, 'serviceId'), 'serviceId');
      yield { serviceId, total: named(countOf(item, 'total'), 'total') };
    }
  }

  /** Why an account, or a part of it, is not settled; `undefined` if it is, or if nothing is outstanding on it. */
  async settle(agent: string, serviceId: string, total: number): Promise<string | undefined> {
    const { runId, before } = this.#options;
    const query = before === undefined ? '' : `?recordedBefore=${encodeURIComponent(before)}`;
    const place = `/billing/${encodeURIComponent(agent)}/${encodeURIComponent(serviceId)}${query}`;
    for (let quotes = 1; quotes <= quotesMax; quotes++) {
      const quote = await this.#get(place);
      // A service that was deleted has no quote, either, once everything on it is settled.
      if (quote.status === 404) return total === 0 ? undefined : 'its service has no price';
      const lines = listOf(succeeded(quote, place).json, 'lines');
      // What was drawn from the balance, or returned to it, can be on a bill without lines.
      if (lines?.length === 0 && memberOf(quote.json, 'prepaid') === undefined) return leftOut(quote.json);
      // Without them, everything would be settled.
      const through = named(countOf(quote.json, 'through'), 'through');
      const expected = expectedOf(quote.json);
      // The same bill has the same key in every attempt of the run.
      const key = sha256(JSON.stringify([runId, agent, serviceId, through])).slice(0, 32);
      const settled = await this.#client.send({
        method: 'POST',
        path: '/settle',
        headers: { ...this.#headers(), 'idempotency-key': `run-${key}` },
        body: { agent, serviceId, through, ...expected, runId },
      });
      const { status, json } = settled;
      // A replay is the bill of an attempt whose answer was lost.
      if (status === 200) {
        this.#note(textOf(json, 'settlementId'));
        return leftOut(quote.json);
      }
      if (status === 412) continue;
      const refusal = refusalOf(status, json);
      if (status >= 500 || ofCaller.has(status)) throw new MoveFault(`POST /settle: ${refusal}`);
      // One account that cannot be billed keeps no other one from its bill.
      return refusal;
    }
    return 'it changed each time between its quote and its bill';
  }

  /** Ids are in the order in which they were made. */
  #note(settlementId: string | undefined): void {
    if (settlementId !== undefined && settlementId > this.#lastId) this.#lastId = settlementId;
  }

  /** All bills of the run, with those of a process that was killed. */
  async bills(): Promise<Pick<RunReport, 'bills' | 'billedStroops' | 'otherAssets'>> {
    const endMs = performance.now() + listedMsMax;
    for (;;) {
      let [bills, billedStroops, lastId] = [0, 0n, ''];
      const others = new Map<string, bigint>();
      const path = `/settlements?runId=${encodeURIComponent(this.#options.runId)}&`;
      for await (const bill of this.#list(path)) {
        bills += 1;
        const stroops = textOf(bill, 'billedStroops');
        if (stroops === undefined) addTo(others, bill);
        else billedStroops += BigInt(stroops);
        lastId = named(textOf(bill, 'id'), 'id');
      }
      if (lastId >= this.#lastId) return { bills, billedStroops, otherAssets: sumsOf(others) };
      if (performance.now() > endMs) throw new MoveFault('the list of bills does not have the last one yet');
      await sleep(lookAgainMs);
    }
  }

  async *#list(path: string, member = 'items'): AsyncGenerator<unknown> {
    for (let cursor = ''; ; ) {
      const at = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { json } = succeeded(await this.#get(`${path}limit=${pageItems}${at}`), path);
      yield* listOf(json, member) ?? [];
      const next = textOf(json, 'nextCursor');
      const hasMore = typeof json === 'object' && json !== null && Reflect.get(json, 'hasMore') === true;
      if (!hasMore || next === undefined) return;
      cursor = next;
    }
  }

  async #get(path: string): Promise<JsonAnswer> {
    return await this.#client.send({ path, headers: this.#headers() });
  }

  #headers(): Readonly<Record<string, string>> {
    const { apiKey, tenant } = this.#options;
    return {
      ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
      ...(tenant === undefined ? {} : { 'x-tenant': tenant }),
    };
  }
}

/** What a bill up to a moment has to leave to the next run. */
function leftOut(quote: unknown): string | undefined {
  const requests = countOf(quote, 'leftOutRequests') ?? 0;
  if (requests === 0) return undefined;
  return `${requests} requests are left for the next run, because usage up to them was reversed after --before`;
}

function succeeded(answer: JsonAnswer, path: string): JsonAnswer {
  if (answer.status === 200) return answer;
  throw new MoveFault(`GET ${path.replace(/[?&]$/, '')}: ${refusalOf(answer.status, answer.json)}`);
}

function named<Value>(value: Value | undefined, member: string): Value {
  if (value === undefined) throw new MoveFault(`the server's answer has no ${member}`);
  return value;
}

/** The amount that a quote names: in stroops, or in another asset exactly. */
function expectedOf(
  quote: unknown,
): { readonly expectedStroops: string } | { readonly expectedAmount: string } {
  const expectedStroops = textOf(quote, 'billedStroops');
  if (expectedStroops !== undefined) return { expectedStroops };
  return { expectedAmount: named(textOf(quote, 'amount'), 'amount') };
}

/** Adds a bill to the sum of its asset. */
function addTo(sums: Map<string, bigint>, bill: unknown): void {
  const asset = named(textOf(bill, 'asset'), 'asset');
  const amount = named(parseDecimal(named(textOf(bill, 'amount'), 'amount'), amountPlaces), 'amount');
  sums.set(asset, (sums.get(asset) ?? 0n) + amount);
}

function sumsOf(sums: ReadonlyMap<string, bigint>): RunReport['otherAssets'] {
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([asset, sum]) => ({ asset, totalBilled: formatDecimal(sum, amountPlaces) }));
}
