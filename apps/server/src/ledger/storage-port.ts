import type { KeptHeader } from '@billonce/idempotency/core';
import type { IdPlace } from '../domain/id-block.ts';
import type { Pause } from '../domain/pause.ts';
import type { Settings } from '../domain/settings.ts';
import type { Changes, View } from '../domain/view.ts';
import type { FaultFacts } from '../fault-facts.ts';
import type { Wants } from './wants.ts';

/** A key's record as storage keeps it. */
export interface StoredRecord {
  readonly fingerprint: string;
  readonly firstSeenAtMs: number;
  readonly location: string | undefined;
  /** `undefined` if it was evicted or was dropped with its day */
  readonly answer: StoredAnswer | undefined;
}

/** An answer as storage keeps it; its body may be protected. */
export interface StoredAnswer {
  readonly status: number;
  readonly headers: readonly KeptHeader[];
  readonly body: string | Uint8Array;
  readonly protection: Protection;
  readonly expiresAtMs: number;
}

/** How the body of an answer is encrypted: `plain` is not, `sealed` for its caller, or `at-rest:<key id>`. */
export type Encryption = 'plain' | 'sealed' | `at-rest:${string}`;
/** How the body of an answer is stored: unchanged, or deflated (RFC 1951) before it was encrypted. */
export type Protection = Encryption | `deflated ${Encryption}`;

/** A record that a batch made. */
export interface MadeRecord {
  readonly tenant: string;
  readonly scope: string;
  readonly digest: string;
  readonly fingerprint: string;
  readonly firstSeenAtMs: number;
  readonly method: string;
  readonly path: string;
  readonly location: string | undefined;
  readonly answer: StoredAnswer;
}

/** The loaded facts of a batch. */
export interface Loaded {
  readonly records: ReadonlyMap<string, StoredRecord>;
  readonly tenants: ReadonlyMap<string, View>;
  readonly pause: Pause;
  /** records of keys from before this time may have been forgotten: nothing is known about such a key */
  readonly forgottenBeforeMs: number;
  readonly settings: Settings;
  /** where the ids of the batch may begin: above every id in the books of its tenants */
  readonly idsReached: IdPlace;
}

/** The changes of a batch: to each tenant's books, and to the records of its keys. */
export interface BatchChanges {
  readonly tenants: ReadonlyMap<string, Changes>;
  readonly records: readonly MadeRecord[];
  readonly ids: GivenIds;
}

/** The ids that a batch has taken. */
export interface GivenIds {
  /** later ids begin here */
  readonly reached: IdPlace;
  /** how far they are ahead of the clock */
  readonly aheadMs: number;
}

/** Whether a batch changed nothing: it was all replays and refusals. */
export function isEmpty(changes: BatchChanges): boolean {
  if (changes.records.length > 0) return false;
  return [...changes.tenants.values()].every((tenant) =>
    Object.values(tenant).every((list) => list.length === 0),
  );
}

/** The write side of a storage engine. It has one verb: a batch is loaded, decided and saved in one transaction. */
export interface LedgerStorage {
  /**
   * Loads what is wanted, calls `decide`, saves its changes, commits. Resolves when they are on disk. `decide` may be
   * called again after a conflict with another instance.
   *
   * @throws {StorageFault} nothing was applied, or it is unknown, depending on its kind
   */
  commit(wants: Wants, decide: (loaded: Loaded) => BatchChanges): Promise<void>;
  close(): void | Promise<void>;
}

/**
 * The settings with which an engine writes; only with the right ones does an acknowledged write survive a power
 * failure.
 */
export interface Durability {
  readonly engine: 'sqlite' | 'postgres';
  readonly settings: Readonly<Record<string, string>>;
  /** how often the file was opened: once at start, and again after each fault that makes its connection unusable */
  readonly openings?: number;
}

/** A failure of storage. */
export class StorageFault extends Error {
  /**
   * `unavailable`: nothing was applied, and it may work later. `outcome_unknown`: the commit may have happened.
   * `rejected`: nothing was applied, and this batch will never succeed; one of its commands is at fault.
   */
  readonly kind: 'unavailable' | 'outcome_unknown' | 'rejected';
  /** what is logged about it; never the cause, whose message may quote values */
  readonly facts: FaultFacts;

  constructor(kind: StorageFault['kind'], facts: FaultFacts | string, cause?: unknown) {
    const known = typeof facts === 'string' ? { message: facts } : facts;
    super(known.message, { cause });
    this.name = 'StorageFault';
    this.kind = kind;
    this.facts = known;
  }
}
