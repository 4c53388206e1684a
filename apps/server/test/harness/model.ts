import type { Command } from '../../src/domain/command.ts';

/** What the model says of a command: the parts of an answer that money hangs on, or the code of a refusal. */
export type ModelAnswer =
  | { readonly kind: 'total'; readonly total: number; readonly isDuplicate: boolean }
  | { readonly kind: 'bill'; readonly requests: number; readonly billedStroops: string }
  | { readonly kind: 'price' }
  | { readonly kind: 'refused'; readonly code: string };

interface ModelEntry {
  readonly account: string;
  readonly requests: number;
  /** index into the prices of its service, or -1 when there was none */
  readonly price: number;
  readonly usageId: string | undefined;
  isSettled: boolean;
}

/** The books as a child would keep them: one list of entries, summed up from the start for every question. */
export class Model {
  readonly #entries: ModelEntry[] = [];
  readonly #prices = new Map<string, bigint[]>();
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
      case 'record_usage_bulk':
      case 'settle_bulk':
      case 'set_price':
      case 'create_api_key':
      case 'revoke_api_key':
        throw new Error(`the model does not know ${command.kind}`);
    }
  }

  #record(item: (Command & { kind: 'record_usage' })['item']): ModelAnswer {
    const account = `${item.agent} ${item.serviceId}`;
    const known = this.#entries.find((entry) => item.usageId !== undefined && entry.usageId === item.usageId);
    if (known !== undefined) {
      const isSame = known.account === account && known.requests === item.requests;
      if (!isSame) return { kind: 'refused', code: 'usage_id_conflict' };
      return { kind: 'total', total: this.#outstanding(account), isDuplicate: true };
    }
    const price = (this.#prices.get(item.serviceId) ?? []).length - 1;
    this.#entries.push({ account, requests: item.requests, price, usageId: item.usageId, isSettled: false });
    return { kind: 'total', total: this.#outstanding(account), isDuplicate: false };
  }

  #settle({ agent, serviceId, through, expectedStroops }: Command & { kind: 'settle' }): ModelAnswer {
    const prices = this.#prices.get(serviceId);
    if (prices === undefined) return { kind: 'refused', code: 'not_found' };
    const all = this.#entries.filter((entry) => entry.account === `${agent} ${serviceId}`);
    const settled = all.filter((entry) => entry.isSettled).length;
    const end = through ?? all.length;
    const isRange =
      through === undefined || (all.length === 0 ? end === 0 : end > settled && end <= all.length);
    const range = all.slice(settled, end);
    const billed = range.reduce(
      (sum, entry) => sum + BigInt(entry.requests) * (prices[Math.max(entry.price, 0)] ?? 0n),
      0n,
    );
    if (!isRange || (expectedStroops !== undefined && expectedStroops !== billed)) {
      return { kind: 'refused', code: 'quote_changed' };
    }
    for (const entry of range) entry.isSettled = true;
    const requests = range.reduce((sum, entry) => sum + entry.requests, 0);
    return { kind: 'bill', requests, billedStroops: String(billed) };
  }

  #setPrice(serviceId: string, priceStroops: bigint): ModelAnswer {
    const prices = this.#prices.get(serviceId) ?? [];
    if (prices.at(-1) !== priceStroops) prices.push(priceStroops);
    this.#prices.set(serviceId, prices);
    return { kind: 'price' };
  }

  #outstanding(account: string): number {
    return this.#entries
      .filter((entry) => entry.account === account && !entry.isSettled)
      .reduce((sum, entry) => sum + entry.requests, 0);
  }
}
