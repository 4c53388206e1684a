import type { Command } from '../../src/domain/command.ts';

/** What the model says of a command: the parts of an answer that money hangs on, or the code of a refusal. */
export type ModelAnswer =
  | { readonly kind: 'total'; readonly total: number; readonly isDuplicate: boolean }
  | { readonly kind: 'bill'; readonly requests: number; readonly billedStroops: string }
  | { readonly kind: 'reversal'; readonly requests: number }
  | { readonly kind: 'cleared'; readonly clearedTotal: number }
  | { readonly kind: 'price' }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'disabled'; readonly disabled: boolean }
  | { readonly kind: 'refused'; readonly code: string };

interface ModelEntry {
  readonly account: string;
  readonly parts: readonly Part[];
  readonly isReversal: boolean;
  /** of a reversal: how many entries of its account come before what it takes back */
  readonly from: number;
  readonly usageId: string | undefined;
  isReversed: boolean;
  isSettled: boolean;
}

interface Part {
  /** below 0 in a reversal */
  readonly requests: number;
  /** index into the prices of its service, or -1 when there was none */
  readonly price: number;
}

/** The books as a child would keep them: one list of entries, summed up from the start for every question. */
export class Model {
  readonly #entries: ModelEntry[] = [];
  /** what the last settlement of an account could not bill */
  readonly #carried = new Map<string, bigint>();
  /** how many entries of an account the last clearing of it covered */
  readonly #cleared = new Map<string, number>();
  readonly #prices = new Map<string, bigint[]>();
  readonly #disabled = new Set<string>();
  readonly #deleted = new Set<string>();
  readonly #answers = new Map<string, { readonly request: string; readonly answer: ModelAnswer }>();

  /** Answers a command under a key; the same key and command again gets the first answer, if that was a success. */
  submit(command: Command, key: string | undefined): ModelAnswer {
    const request = JSON.stringify(command, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
    const known = key === undefined ? undefined : this.#answers.get(key);
    if (known !== undefined) {
      return known.request === request ? known.answer : { kind: 'refused', code: 'idempotency_conflict' };
    }
    const answer = this.#carryOut(command);
    if (key !== undefined && answer.kind !== 'refused') this.#answers.set(key, { request, answer });
    return answer;
  }

  #carryOut(command: Command): ModelAnswer {
    switch (command.kind) {
      case 'record_usage':
        return this.#record(command.item);
      case 'settle':
        return this.#settle(command);
      case 'put_service':
        return this.#setPrice(command.serviceId, command.priceStroops);
      case 'delete_service':
        return this.#delete(command.serviceId);
      case 'set_disabled':
        return this.#setDisabled(command.serviceId, command.disabled);
      case 'reverse_entry':
        return this.#reverse(command.entryId);
      case 'clear_account':
        return this.#clear(`${command.agent} ${command.serviceId}`);
      case 'record_usage_bulk':
      case 'settle_bulk':
      case 'set_price':
      case 'put_service_bulk':
      case 'set_metadata':
      case 'set_paused':
      case 'change_settings':
      case 'rotate_api_key':
      case 'create_api_key':
      case 'create_webhook':
      case 'change_webhook':
      case 'delete_webhook':
      case 'test_webhook':
      case 'redeliver':
      case 'report_delivery':
      case 'revoke_api_key':
        throw new Error(`the model does not know ${command.kind}`);
    }
  }

  #record(item: (Command & { kind: 'record_usage' })['item']): ModelAnswer {
    const account = `${item.agent} ${item.serviceId}`;
    const known = this.#entries.find((entry) => item.usageId !== undefined && entry.usageId === item.usageId);
    if (known !== undefined) {
      const isSame = known.account === account && sumOf([known]) === item.requests;
      if (!isSame) return { kind: 'refused', code: 'usage_id_conflict' };
      return { kind: 'total', total: this.#outstanding(account), isDuplicate: true };
    }
    if (this.#deleted.has(item.serviceId)) return { kind: 'refused', code: 'service_deleted' };
    if (this.#disabled.has(item.serviceId)) return { kind: 'refused', code: 'service_disabled' };
    const price = (this.#prices.get(item.serviceId) ?? []).length - 1;
    this.#add(account, [{ requests: item.requests, price }], undefined, item.usageId);
    return { kind: 'total', total: this.#outstanding(account), isDuplicate: false };
  }

  #settle({ agent, serviceId, through, expectedStroops }: Command & { kind: 'settle' }): ModelAnswer {
    const prices = this.#prices.get(serviceId);
    const isGone = this.#deleted.has(serviceId) && !this.#isUnsettled(`${agent} ${serviceId}`);
    if (prices === undefined || isGone) return { kind: 'refused', code: 'not_found' };
    const all = this.#entries.filter((entry) => entry.account === `${agent} ${serviceId}`);
    const settled = all.filter((entry) => entry.isSettled).length;
    const end = through ?? all.length;
    const isRange =
      through === undefined || (all.length === 0 ? end === 0 : end > settled && end <= all.length);
    const isTakenBack = all.slice(end).some((entry) => entry.isReversal && entry.from < end);
    const range = all.slice(settled, end);
    const account = `${agent} ${serviceId}`;
    const byPrice = new Map<number, number>();
    for (const { requests, price } of range.flatMap(({ parts }) => parts)) {
      byPrice.set(Math.max(price, 0), (byPrice.get(Math.max(price, 0)) ?? 0) + requests);
    }
    let worth = this.#carried.get(account) ?? 0n;
    for (const [price, requests] of byPrice) worth += BigInt(requests) * (prices[price] ?? 0n);
    const billed = worth > 0n ? worth : 0n;
    if (!isRange || isTakenBack || (expectedStroops !== undefined && expectedStroops !== billed)) {
      return { kind: 'refused', code: 'quote_changed' };
    }
    const isEmpty = [...byPrice.values()].every((requests) => requests === 0);
    if (!isEmpty) {
      for (const entry of range) entry.isSettled = true;
      this.#carried.set(account, worth - billed);
    }
    return { kind: 'bill', requests: sumOf(range), billedStroops: String(billed) };
  }

  /** Entries are named `entry-<number>`, counted from 0 in the order in which they were recorded. */
  #reverse(entryId: string): ModelAnswer {
    const entry = this.#entries[Number(entryId.slice('entry-'.length))];
    if (entry === undefined) return { kind: 'refused', code: 'not_found' };
    if (entry.isReversal) return { kind: 'refused', code: 'not_reversible' };
    if (entry.isReversed) return { kind: 'refused', code: 'already_reversed' };
    const from = this.#entries.filter(({ account }) => account === entry.account).indexOf(entry);
    return { kind: 'reversal', requests: this.#takeBack(entry.account, [entry], from) };
  }

  #clear(account: string): ModelAnswer {
    const all = this.#entries.filter((entry) => entry.account === account);
    if (all.length === 0) return { kind: 'refused', code: 'not_found' };
    const open = all.filter((entry) => !entry.isSettled && !entry.isReversed && !entry.isReversal);
    if (open.length === 0) return { kind: 'cleared', clearedTotal: 0 };
    const from = Math.max(all.filter((entry) => entry.isSettled).length, this.#cleared.get(account) ?? 0);
    this.#cleared.set(account, all.length);
    return { kind: 'cleared', clearedTotal: -this.#takeBack(account, open, from) };
  }

  #takeBack(account: string, taken: readonly ModelEntry[], from: number): number {
    for (const entry of taken) entry.isReversed = true;
    const parts = taken.flatMap((entry) => entry.parts);
    const back = parts.map(({ requests, price }) => ({ requests: -requests, price }));
    this.#add(account, back, from, undefined);
    return -sumOf(taken);
  }

  #add(
    account: string,
    parts: readonly Part[],
    reversedFrom: number | undefined,
    usageId: string | undefined,
  ): void {
    const isReversal = reversedFrom !== undefined;
    const from = reversedFrom ?? 0;
    this.#entries.push({ account, parts, isReversal, from, usageId, isReversed: false, isSettled: false });
  }

  #setDisabled(serviceId: string, disabled: boolean): ModelAnswer {
    if (!this.#prices.has(serviceId) || this.#deleted.has(serviceId)) {
      return { kind: 'refused', code: 'not_found' };
    }
    if (disabled) this.#disabled.add(serviceId);
    else this.#disabled.delete(serviceId);
    return { kind: 'disabled', disabled };
  }

  #delete(serviceId: string): ModelAnswer {
    if (!this.#prices.has(serviceId) || this.#deleted.has(serviceId)) {
      return { kind: 'refused', code: 'not_found' };
    }
    const accounts = new Set(this.#entries.map(({ account }) => account));
    const isLeft = [...accounts].some(
      (account) => account.endsWith(` ${serviceId}`) && this.#isUnsettled(account),
    );
    if (isLeft) return { kind: 'refused', code: 'service_has_outstanding_usage' };
    this.#deleted.add(serviceId);
    this.#disabled.delete(serviceId);
    return { kind: 'deleted' };
  }

  #isUnsettled(account: string): boolean {
    if ((this.#carried.get(account) ?? 0n) !== 0n) return true;
    const open = this.#entries.filter((entry) => entry.account === account && !entry.isSettled);
    const byPrice = new Map<number, number>();
    for (const { requests, price } of open.flatMap(({ parts }) => parts)) {
      byPrice.set(Math.max(price, 0), (byPrice.get(Math.max(price, 0)) ?? 0) + requests);
    }
    return [...byPrice.values()].some((requests) => requests !== 0);
  }

  #setPrice(serviceId: string, priceStroops: bigint): ModelAnswer {
    const prices = this.#prices.get(serviceId) ?? [];
    if (prices.at(-1) !== priceStroops) prices.push(priceStroops);
    this.#prices.set(serviceId, prices);
    this.#deleted.delete(serviceId);
    return { kind: 'price' };
  }

  #outstanding(account: string): number {
    return Math.max(0, sumOf(this.#entries.filter((entry) => entry.account === account && !entry.isSettled)));
  }
}

function sumOf(entries: readonly ModelEntry[]): number {
  return entries.flatMap(({ parts }) => parts).reduce((sum, { requests }) => sum + requests, 0);
}
