import { type Answer, type Call, priceStroops, type UsageItem } from './calls.ts';
import type { SequentialModel } from './linearizable.ts';
import { type HeldPart, PrepaidMoney } from './prepaid-money.ts';

/** The result of a call when it is executed. */
type Outcome =
  | Exclude<Answer, { kind: 'settled' }>
  | { readonly kind: 'settled'; readonly requests: number; readonly billed: bigint };

interface Hold {
  readonly serviceId: string;
  readonly parts: readonly HeldPart[];
  isOpen: boolean;
}

interface Effect {
  readonly outcome: Outcome;
  readonly undo: () => void;
}

/** Clients name an id of usage again only soon after they sent it first: before so many others. */
const idsKept = 50_000;

const nothing = () => undefined;

/**
 * A model of one agent's books that executes calls one after another: the totals of its accounts and, if it is prepaid,
 * its balance. It shares no code with Billonce.
 */
export class AgentModel implements SequentialModel<Call, Answer> {
  readonly #isPrepaid: boolean;
  readonly #totals = new Map<string, number>();
  readonly #ids = new Set<string>();
  readonly #holds = new Map<string, Hold>();
  readonly #settlements = new Set<string>();
  /** the answer of each key; the id of a settlement is unknown if no client received it */
  readonly #answers = new Map<string, Outcome & { settlementId?: string | null }>();
  /** keys whose answer no client received, so the answer depends on the order */
  readonly #unheard = new Map<string, string>();
  #money = new PrepaidMoney();

  constructor(isPrepaid: boolean) {
    this.#isPrepaid = isPrepaid;
  }

  apply(call: Call, answer: Answer | undefined): (() => void) | undefined {
    if (!('key' in call))
      return answer !== undefined && isSame(this.#read(call), answer) ? nothing : undefined;
    const first = this.#answers.get(call.key);
    if (first !== undefined) return answer !== undefined && isReplay(first, answer) ? nothing : undefined;
    const effect = this.#write(call);
    const isPossible = answer === undefined || isSame(effect.outcome, answer);
    if (!isPossible) {
      effect.undo();
      return undefined;
    }
    // A refusal leaves the key free: without an answer, it is as if the call was never made.
    if (effect.outcome.kind === 'refused') return answer === undefined ? undefined : effect.undo;
    const settlementId = answer?.kind === 'settled' ? answer.settlementId : undefined;
    if (typeof settlementId === 'string' && this.#settlements.has(settlementId)) {
      effect.undo();
      return undefined;
    }
    return this.#keep(call.key, effect, answer === undefined, settlementId);
  }

  digest(): string {
    const open = [...this.#holds]
      .filter(([, { isOpen }]) => isOpen)
      .map(
        ([id, { parts }]) => `${id}=${parts.map(({ grant, stroops }) => `${grant}:${stroops}`).join('+')}`,
      );
    return [
      String(this.#money),
      ...[...this.#totals].map(([serviceId, total]) => `${serviceId}=${total}`).toSorted(),
      ...open.toSorted(),
      ...[...this.#unheard].map(([key, text]) => `${key}:${text}`).toSorted(),
    ].join(' ');
  }

  /**
   * Forgets what no later call names: ended holds, older ids of usage, and the answers of all keys but these. Every call so far must have been
   * answered.
   */
  forgetAllBut(keys: ReadonlySet<string>): void {
    for (const key of this.#answers.keys()) if (!keys.has(key)) this.#answers.delete(key);
    const olderIds = [...this.#ids].slice(0, -idsKept);
    for (const id of olderIds) this.#ids.delete(id);
    for (const [id, { isOpen }] of this.#holds) if (!isOpen) this.#holds.delete(id);
    this.#unheard.clear();
  }

  #keep(
    key: string,
    { outcome, undo }: Effect,
    isUnheard: boolean,
    settlementId: string | null | undefined,
  ): () => void {
    this.#answers.set(key, settlementId === undefined ? outcome : { ...outcome, settlementId });
    if (isUnheard) this.#unheard.set(key, textOf(outcome));
    if (typeof settlementId === 'string') this.#settlements.add(settlementId);
    return () => {
      this.#answers.delete(key);
      this.#unheard.delete(key);
      if (typeof settlementId === 'string') this.#settlements.delete(settlementId);
      undo();
    };
  }

  #read(call: Extract<Call, { kind: 'total' | 'balance' }>): Outcome {
    if (call.kind === 'balance') {
      const { available, held } = this.#money;
      return { kind: 'balance', available, held };
    }
    return { kind: 'total', total: this.#totalOf(call.serviceId) };
  }

  #write(call: Extract<Call, { key: string }>): Effect {
    switch (call.kind) {
      case 'record':
        return this.#record(call);
      case 'bulk':
        return this.#bulk(call.items);
      case 'settle':
        return this.#settle(call.serviceId);
      case 'grant':
        return this.#money.isFull ? tooManyGrants : this.#become(this.#money.granted(call.stroops), done);
      case 'hold':
        return this.#hold(call);
      case 'capture':
        return this.#capture(call);
      case 'release':
        return this.#end(call.id, ({ parts }) => this.#become(this.#money.captured(parts, 0n), done));
    }
  }

  #bulk(items: readonly UsageItem[]): Effect {
    const effects = items.map((item) => this.#record(item));
    const recorded = effects.flatMap(({ outcome }) => (outcome.kind === 'recorded' ? [outcome] : []));
    const totals = recorded.map(({ total }) => total);
    const duplicates = recorded.flatMap(({ isDuplicate }, place) => (isDuplicate ? [place] : []));
    return {
      outcome: { kind: 'bulk', totals, duplicates },
      undo: () => {
        for (const { undo } of effects.toReversed()) undo();
      },
    };
  }

  #record({ serviceId, requests, id }: UsageItem): Effect {
    if (id !== undefined && this.#ids.has(id))
      return { outcome: this.#recorded(this.#totalOf(serviceId), true), undo: nothing };
    const recorded = this.#add(serviceId, requests);
    if (id === undefined || recorded.outcome.kind === 'refused') return recorded;
    this.#ids.add(id);
    return {
      ...recorded,
      undo: () => {
        this.#ids.delete(id);
        recorded.undo();
      },
    };
  }

  #settle(serviceId: string): Effect {
    const requests = this.#totalOf(serviceId);
    this.#totals.set(serviceId, 0);
    const billed = this.#isPrepaid ? 0n : BigInt(requests) * priceStroops;
    return {
      outcome: { kind: 'settled', requests, billed },
      undo: () => this.#totals.set(serviceId, requests),
    };
  }

  #hold({ id, serviceId, requests }: Extract<Call, { kind: 'hold' }>): Effect {
    const stroops = BigInt(requests) * priceStroops;
    if (this.#money.available < stroops) return insufficient;
    const { money, parts } = this.#money.reserved(stroops);
    const moved = this.#become(money, { kind: 'held', available: money.available });
    this.#holds.set(id, { serviceId, parts, isOpen: true });
    return {
      ...moved,
      undo: () => {
        this.#holds.delete(id);
        moved.undo();
      },
    };
  }

  #capture({ id, requests }: Extract<Call, { kind: 'capture' }>): Effect {
    return this.#end(id, ({ serviceId, parts }) => this.#add(serviceId, requests, parts));
  }

  #end(id: string, effectOf: (hold: Hold) => Effect): Effect {
    const hold = this.#holds.get(id);
    if (hold === undefined) throw new Error(`hold ${id} is ended before it was made`);
    if (!hold.isOpen) return { outcome: { kind: 'refused', code: 'hold_ended' }, undo: nothing };
    const effect = effectOf(hold);
    if (effect.outcome.kind === 'refused') return effect;
    hold.isOpen = false;
    return {
      ...effect,
      undo: () => {
        hold.isOpen = true;
        effect.undo();
      },
    };
  }

  /** Adds usage and draws its price, part of which may be held for it. */
  #add(serviceId: string, requests: number, held: readonly HeldPart[] = []): Effect {
    const cost = this.#isPrepaid ? BigInt(requests) * priceStroops : 0n;
    const reserved = held.reduce((sum, { stroops }) => sum + stroops, 0n);
    if (this.#money.available + reserved < cost) return insufficient;
    const before = this.#totalOf(serviceId);
    const total = before + requests;
    this.#totals.set(serviceId, total);
    const moved = this.#become(this.#money.captured(held, cost), done);
    return {
      outcome: this.#recorded(total, false),
      undo: () => {
        this.#totals.set(serviceId, before);
        moved.undo();
      },
    };
  }

  #recorded(total: number, isDuplicate: boolean): Outcome {
    const available = this.#isPrepaid && !isDuplicate ? this.#money.available : undefined;
    return { kind: 'recorded', total, isDuplicate, available };
  }

  #become(money: PrepaidMoney, outcome: Outcome): Effect {
    const before = this.#money;
    this.#money = money;
    return {
      outcome,
      undo: () => {
        this.#money = before;
      },
    };
  }

  #totalOf(serviceId: string): number {
    return this.#totals.get(serviceId) ?? 0;
  }
}

const done: Outcome = { kind: 'done' };

const tooManyGrants: Effect = { outcome: { kind: 'refused', code: 'limit_exceeded' }, undo: nothing };

const insufficient: Effect = {
  outcome: { kind: 'refused', code: 'insufficient_balance' },
  undo: nothing,
};

/** Whether an answer equals that of the model. The server chooses the id of a settlement. */
function isSame(outcome: Outcome, answer: Answer): boolean {
  if (answer.kind !== 'settled') return textOf(outcome) === textOf(answer);
  const { settlementId, ...rest } = answer;
  return textOf(outcome) === textOf(rest) && (settlementId === null) === (answer.requests === 0);
}

function isReplay(first: Outcome & { settlementId?: string | null }, answer: Answer): boolean {
  const { settlementId, ...outcome } = first;
  if (!isSame(outcome, answer)) return false;
  return answer.kind !== 'settled' || settlementId === undefined || settlementId === answer.settlementId;
}

function textOf(value: Outcome | Answer): string {
  return JSON.stringify(
    Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([name, part]) => [name, String(part)])
      .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
  );
}
