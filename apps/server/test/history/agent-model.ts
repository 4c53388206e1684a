import { type Answer, type Call, priceStroops } from './calls.ts';
import type { SequentialModel } from './linearizable.ts';

/** The result of a call when it is executed. */
type Outcome =
  | Exclude<Answer, { kind: 'settled' }>
  | { readonly kind: 'settled'; readonly requests: number; readonly billed: bigint };

interface Hold {
  readonly serviceId: string;
  readonly stroops: bigint;
  isOpen: boolean;
}

interface Effect {
  readonly outcome: Outcome;
  readonly undo: () => void;
}

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
  #available = 0n;
  #held = 0n;

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
    const open = [...this.#holds].filter(([, { isOpen }]) => isOpen).map(([id]) => id);
    return [
      this.#available,
      this.#held,
      ...[...this.#totals].map(([serviceId, total]) => `${serviceId}=${total}`).toSorted(),
      ...open.toSorted(),
      ...[...this.#unheard].map(([key, text]) => `${key}:${text}`).toSorted(),
    ].join(' ');
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
    if (call.kind === 'balance') return { kind: 'balance', available: this.#available, held: this.#held };
    return { kind: 'total', total: this.#totalOf(call.serviceId) };
  }

  #write(call: Extract<Call, { key: string }>): Effect {
    switch (call.kind) {
      case 'record':
        return this.#record(call);
      case 'settle':
        return this.#settle(call.serviceId);
      case 'grant':
        return this.#move(call.stroops, 0n, { kind: 'done' });
      case 'hold':
        return this.#hold(call);
      case 'capture':
        return this.#capture(call);
      case 'release':
        return this.#end(call.id, ({ stroops }) => this.#move(stroops, -stroops, { kind: 'done' }));
    }
  }

  #record({ serviceId, requests, id }: Extract<Call, { kind: 'record' }>): Effect {
    if (id !== undefined && this.#ids.has(id))
      return { outcome: this.#recorded(this.#totalOf(serviceId), true), undo: nothing };
    const recorded = this.#add(serviceId, requests, 0n);
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
    if (this.#available < stroops) return insufficient;
    const moved = this.#move(-stroops, stroops, { kind: 'held', available: this.#available - stroops });
    this.#holds.set(id, { serviceId, stroops, isOpen: true });
    return {
      ...moved,
      undo: () => {
        this.#holds.delete(id);
        moved.undo();
      },
    };
  }

  #capture({ id, requests }: Extract<Call, { kind: 'capture' }>): Effect {
    return this.#end(id, ({ serviceId, stroops }) => this.#add(serviceId, requests, stroops));
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
  #add(serviceId: string, requests: number, held: bigint): Effect {
    const cost = this.#isPrepaid ? BigInt(requests) * priceStroops : 0n;
    if (this.#available + held < cost) return insufficient;
    const before = this.#totalOf(serviceId);
    const total = before + requests;
    this.#totals.set(serviceId, total);
    const moved = this.#move(held - cost, -held, { kind: 'done' });
    return {
      outcome: this.#recorded(total, false),
      undo: () => {
        this.#totals.set(serviceId, before);
        moved.undo();
      },
    };
  }

  #recorded(total: number, isDuplicate: boolean): Outcome {
    const available = this.#isPrepaid && !isDuplicate ? this.#available : undefined;
    return { kind: 'recorded', total, isDuplicate, available };
  }

  #move(available: bigint, held: bigint, outcome: Outcome): Effect {
    this.#available += available;
    this.#held += held;
    return {
      outcome,
      undo: () => {
        this.#available -= available;
        this.#held -= held;
      },
    };
  }

  #totalOf(serviceId: string): number {
    return this.#totals.get(serviceId) ?? 0;
  }
}

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
