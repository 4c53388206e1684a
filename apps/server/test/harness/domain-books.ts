import assert from 'node:assert/strict';
import type { ActFacts } from '../../src/domain/act.ts';
import { actsOf } from '../../src/domain/acts-of.ts';
import { type Command, rulesOf } from '../../src/domain/command.ts';
import { decide } from '../../src/domain/decide.ts';
import type { Moment } from '../../src/domain/decision.ts';
import { LoadedView } from '../../src/domain/loaded-view.ts';
import { inStroops, newService } from '../../src/domain/service.ts';
import { type Changes, DraftView, noChanges } from '../../src/domain/view.ts';
import { noWants, wantOfEntry, wantOfHold } from '../../src/domain/wants.ts';

type Kind = Command['kind'];
type CommandOf<K extends Kind> = Extract<Command, { readonly kind: K }>;

/**
 * The books of one tenant in memory: commands are decided one after the other, and each sees the effects of those before it. What
 * a command reads is only what its rules name.
 */
export class DomainBooks {
  nowMs = 1_700_000_000_000;
  readonly #wants = noWants();
  readonly loaded = new LoadedView(this.#wants, this.nowMs);
  readonly view = new DraftView(this.loaded);
  #commands = 0;
  #lastActs: readonly ActFacts[] = [];

  /** Decides a command, and applies what it changes. */
  decide(command: Command, changed: Partial<Moment> = {}) {
    this.#commands += 1;
    const number = this.#commands;
    const rules = rulesOf(command);
    rules.reads(command, this.#wants);
    for (const id of this.#wants.holdIds) this.#want(this.view.hold(id), wantOfHold);
    for (const id of this.#wants.entries) this.#want(this.view.entry(id)?.entry, wantOfEntry);
    const decision = decide(command, this.view, {
      nowMs: this.nowMs,
      id: (place) => {
        const isGiven = Number.isInteger(place) && place >= 0 && place < rules.idsMax(command);
        assert.ok(isGiven, `${command.kind} takes id ${place}`);
        return `id-${number}-${place}`;
      },
      gate: undefined,
      bulkItemsMax: 1_000,
      markOf: ({ billedStroops }) => `mark of ${billedStroops}`,
      ...changed,
    });
    if (decision.kind !== 'done') return decision;
    this.#lastActs = actsOf('t', this.view, decision.changes);
    this.view.apply(decision.changes);
    return decision;
  }

  /** What the audit log says of a command that must be done. */
  acts(command: Command): readonly ActFacts[] {
    this.done(command);
    return this.#lastActs;
  }

  /** Decides a command that must be done. */
  done(command: Command, changed: Partial<Moment> = {}) {
    const decision = this.decide(command, changed);
    assert.equal(decision.kind, 'done', JSON.stringify(decision, withoutBigints));
    return decision as Extract<typeof decision, { readonly kind: 'done' }>;
  }

  /** Why a command is refused. */
  refusal(command: Command, changed: Partial<Moment> = {}) {
    const decision = this.decide(command, changed);
    assert.equal(decision.kind, 'refused', JSON.stringify(decision, withoutBigints));
    return (decision as Extract<typeof decision, { readonly kind: 'refused' }>).refusal;
  }

  /** Puts rows into the books, as if they had been written before. */
  has(changes: Partial<Changes>): void {
    this.view.apply({ ...noChanges, ...changes });
  }

  /** Registers services at 7 stroops. */
  hasServices(...serviceIds: readonly string[]): void {
    this.has({ services: serviceIds.map((serviceId) => newService(serviceId, inStroops(7n))) });
  }

  #want<T>(known: T | undefined, want: (known: T, wants: ReturnType<typeof noWants>) => void): void {
    if (known !== undefined) want(known, this.#wants);
  }
}

/** Makes a command from its members, most of which a test does not care for. */
export function exampleOf<K extends Kind>(example: CommandOf<K>) {
  return (changed: Partial<CommandOf<K>> = {}): CommandOf<K> => ({ ...example, ...changed });
}

/** The parts of changes that are not empty. */
export function changed(changes: Changes): Partial<Changes> {
  return Object.fromEntries(Object.entries(changes).filter(([, list]) => list.length > 0));
}

function withoutBigints(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
