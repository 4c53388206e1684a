import type { IdPlace } from '../../src/domain/id-block.ts';
import { neverPaused } from '../../src/domain/pause.ts';
import { noSettings } from '../../src/domain/settings.ts';
import type { View } from '../../src/domain/view.ts';
import type { BatchChanges, Loaded, MadeRecord, StoredRecord } from '../../src/ledger/storage-port.ts';
import { recordName } from '../../src/ledger/submission.ts';
import type { Wants } from '../../src/ledger/wants.ts';
import { loadView } from './load.ts';
import { TenantRows } from './rows.ts';
import type { Owner } from './world.ts';

/** A record with the number of its answer within its scope. */
interface NumberedRecord {
  readonly made: MadeRecord;
  readonly number: number;
  readonly isAnswerGone: boolean;
}

interface State {
  readonly tenants: Map<string, TenantRows>;
  readonly records: Map<string, NumberedRecord>;
  /** the number of answers that a scope has ever been given */
  readonly given: Map<string, number>;
  readonly idsReached: Map<string, IdPlace>;
  forgottenBeforeMs: number;
}

/** A transaction that holds its locks. */
export interface Transaction {
  readonly tenants: readonly string[];
  readonly owner: Owner;
  /** whether the database has ended it without its owner */
  isEnded: boolean;
}

interface Waiting {
  readonly transaction: Transaction;
  readonly begin: () => void;
}

const noPlace: IdPlace = { timeMs: 0, counter: 0 };

/**
 * The simulated database: rows in memory, behind the storage port. A transaction locks its tenants in order until it
 * ends, and applies all changes at once. Applied changes are on the disk, unless the disk lies.
 */
export class SimulatedDatabase {
  readonly answersMax: number;
  #state: State = {
    tenants: new Map(),
    records: new Map(),
    given: new Map(),
    idsReached: new Map(),
    forgottenBeforeMs: 0,
  };
  /** the real content of the disk while it lies */
  #synced: State | undefined;
  readonly #active = new Set<Transaction>();
  #waiting: Waiting[] = [];

  constructor(answersMax: number) {
    this.answersMax = answersMax;
  }

  rows(tenant: string): TenantRows {
    let rows = this.#state.tenants.get(tenant);
    if (rows === undefined) {
      rows = new TenantRows();
      this.#state.tenants.set(tenant, rows);
    }
    return rows;
  }

  get tenants(): readonly string[] {
    return [...this.#state.tenants.keys()];
  }

  get transactions(): readonly Transaction[] {
    return [...this.#active];
  }

  get isQuiet(): boolean {
    return this.#active.size === 0 && this.#waiting.length === 0;
  }

  get isLying(): boolean {
    return this.#synced !== undefined;
  }

  record(name: string): NumberedRecord | undefined {
    return this.#state.records.get(name);
  }

  isAnswerGone(name: string): boolean {
    const record = this.#state.records.get(name);
    return record === undefined || this.#isGone(record);
  }

  /** The names of the records whose answers are deleted. */
  goneAnswers(): string[] {
    return [...this.#state.records].filter(([, record]) => this.#isGone(record)).map(([name]) => name);
  }

  /** Begins a transaction: resolves when it holds all of its locks. */
  begin(tenants: readonly string[], owner: Owner): Promise<Transaction> {
    const transaction: Transaction = { tenants, owner, isEnded: false };
    return new Promise((resolve) => {
      this.#waiting.push({ transaction, begin: () => resolve(transaction) });
      this.#serve();
    });
  }

  end(transaction: Transaction): void {
    transaction.isEnded = true;
    this.#active.delete(transaction);
    this.#serve();
  }

  /** Rolls back the transactions of dead processes. */
  rollBackDead(): void {
    this.#waiting = this.#waiting.filter(({ transaction }) => !transaction.owner.isDead);
    for (const transaction of [...this.#active]) if (transaction.owner.isDead) this.end(transaction);
  }

  /** Waiting transactions get their locks in the order of their requests. */
  #serve(): void {
    const taken = new Set([...this.#active].flatMap(({ tenants }) => tenants));
    const left: Waiting[] = [];
    for (const waiting of this.#waiting) {
      const { transaction } = waiting;
      const isFree = transaction.tenants.every((tenant) => !taken.has(tenant));
      for (const tenant of transaction.tenants) taken.add(tenant);
      if (!isFree) {
        left.push(waiting);
        continue;
      }
      this.#active.add(transaction);
      waiting.begin();
    }
    this.#waiting = left;
  }

  load(wants: Wants): Loaded {
    const records = new Map<string, StoredRecord>();
    for (const name of wants.records.keys()) {
      const record = this.#state.records.get(name);
      if (record === undefined) continue;
      const { fingerprint, firstSeenAtMs, location, answer } = record.made;
      const kept = this.#isGone(record) ? undefined : answer;
      records.set(name, { fingerprint, firstSeenAtMs, location, answer: kept });
    }
    const tenants = new Map<string, View>();
    for (const [tenant, own] of wants.tenants) tenants.set(tenant, loadView(this.rows(tenant), own, wants));
    const reached = [...wants.tenants.keys()].map((tenant) => this.#state.idsReached.get(tenant) ?? noPlace);
    return {
      records,
      tenants,
      pause: neverPaused,
      settings: noSettings,
      forgottenBeforeMs: this.#state.forgottenBeforeMs,
      idsReached: reached.reduce(laterOf, noPlace),
    };
  }

  #isGone({ made, number, isAnswerGone }: NumberedRecord): boolean {
    const given = this.#state.given.get(scopeName(made)) ?? 0;
    return isAnswerGone || given - number >= this.answersMax;
  }

  apply(changes: BatchChanges, tenants: readonly string[]): void {
    for (const [tenant, own] of changes.tenants) this.rows(tenant).apply(own);
    for (const made of changes.records) {
      const scope = scopeName(made);
      const number = (this.#state.given.get(scope) ?? 0) + 1;
      this.#state.given.set(scope, number);
      this.#state.records.set(recordName(made.tenant, made), { made, number, isAnswerGone: false });
    }
    for (const tenant of tenants) this.#state.idsReached.set(tenant, changes.ids.reached);
  }

  /** Deletes expired answers, and records past their retention. Returns the time since which records are known. */
  sweep(nowMs: number, retentionMs: number): number {
    const beforeMs = nowMs - retentionMs;
    for (const [name, record] of this.#state.records) {
      const { firstSeenAtMs, answer } = record.made;
      if (firstSeenAtMs <= beforeMs) this.#state.records.delete(name);
      else if (answer.expiresAtMs <= nowMs) this.#state.records.set(name, { ...record, isAnswerGone: true });
    }
    this.#state.forgottenBeforeMs = Math.max(this.#state.forgottenBeforeMs, beforeMs);
    return this.#state.forgottenBeforeMs;
  }

  /** From now on nothing reaches the disk, although the disk reports success. */
  beginToLie(): void {
    this.#synced = copyOf(this.#state);
  }

  endLie(): void {
    this.#synced = undefined;
  }

  /** The power fails: only the content of the disk remains. The processes are dead. */
  losePower(): void {
    if (this.#synced === undefined) return;
    this.#state = this.#synced;
    this.#synced = undefined;
  }
}

function copyOf(state: State): State {
  return {
    tenants: new Map([...state.tenants].map(([tenant, rows]) => [tenant, rows.copy()])),
    records: new Map(state.records),
    given: new Map(state.given),
    idsReached: new Map(state.idsReached),
    forgottenBeforeMs: state.forgottenBeforeMs,
  };
}

function scopeName({ tenant, scope }: MadeRecord): string {
  return `${tenant} ${scope}`;
}

function laterOf(a: IdPlace, b: IdPlace): IdPlace {
  return a.timeMs > b.timeMs || (a.timeMs === b.timeMs && a.counter > b.counter) ? a : b;
}
