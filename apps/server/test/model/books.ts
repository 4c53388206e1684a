import type { ModelAccount } from './account.ts';
import type { ModelAsset } from './assets.ts';
import type { Part } from './parts.ts';
import type { Stated, UnitPrice } from './prices.ts';
import type { ModelPolicy, ModelPurse } from './purse-types.ts';
import type { AccountName, Write } from './write.ts';

export interface ModelService {
  /** the asset of its prices, since its first registration */
  readonly asset: ModelAsset;
  /** by version, starting with version 1 */
  readonly prices: UnitPrice[];
  /** also by version */
  readonly stated: Stated[];
  /** decimal places that its quantities may have */
  scale: number;
  isDisabled: boolean;
  isDeleted: boolean;
}

/** An event that is not about an entry or a settlement. */
export interface ModelEvent {
  readonly type: string;
  readonly serviceId: string;
}

/** The usage in windows, by agent. The name '' means all agents together. */
export type Counted = Map<string, readonly { readonly startMs: number; readonly used: bigint }[]>;

/** A limit that refuses. */
export interface ModelLimit {
  readonly agent: string | undefined;
  readonly serviceId: string | undefined;
  readonly window: 'day' | 'lifetime';
  /** the asset of the usage whose price it counts; `undefined`: it counts units */
  readonly asset: string | undefined;
  /** in 10^-18 of the asset, or in 10^-6 of a unit */
  readonly max: bigint;
  /** by agent, if each is counted separately */
  readonly counted: Counted;
}

/** The books of one tenant. They are plain data, so that a test can copy them and try a write on the copy. */
export interface ModelBooks {
  /** the registered assets, by code */
  readonly assets: Map<string, ModelAsset>;
  readonly services: Map<string, ModelService>;
  readonly accounts: Map<string, ModelAccount>;
  readonly events: ModelEvent[];
  readonly limits: Map<string, ModelLimit>;
  /** by agent; '' is the default for agents without a policy */
  readonly policies: Map<string, ModelPolicy>;
  /** by agent and asset */
  readonly purses: Map<string, ModelPurse>;
}

/** The time and the gate with which a write is executed. */
export interface Moment {
  readonly nowMs: number;
  /** the code with which all new writes are refused */
  readonly gate: string | undefined;
}

/** An answer as a test reads it. */
export interface Observed {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers have every shape, and are compared with what is expected
  readonly json: any;
  readonly text: string;
  readonly location: string | null;
  readonly isReplayed: boolean;
}

/** The answer that the books require for a write: some of its members, or the code of a refusal. */
export type Expected =
  | {
      readonly kind: 'done';
      readonly status: number;
      readonly body: unknown;
      /** whether the key is used up */
      readonly isRemembered: boolean;
      /** learns the ids in the answer; `false` if they cannot be right */
      readonly learn: (observed: Observed) => boolean;
    }
  | { readonly kind: 'refused'; readonly code: string; readonly body?: unknown };

export function emptyBooks(): ModelBooks {
  return {
    assets: new Map(),
    services: new Map(),
    accounts: new Map(),
    events: [],
    limits: new Map(),
    policies: new Map(),
    purses: new Map(),
  };
}

/** The account of an agent and a service. An account without usage is not among the accounts of the books. */
export function accountOf(
  { accounts, services }: ModelBooks,
  { agent, serviceId }: AccountName,
): ModelAccount {
  const { scale = 0 } = services.get(serviceId) ?? {};
  const made = {
    agent,
    serviceId,
    entries: [],
    settlements: [],
    scale,
    period: undefined,
    clearedThrough: 0,
  };
  return accounts.get(nameOf({ agent, serviceId })) ?? made;
}

function nameOf({ agent, serviceId }: AccountName): string {
  return JSON.stringify([agent, serviceId]);
}

/** A service if it is registered now. */
export function liveService({ services }: ModelBooks, serviceId: string): ModelService | undefined {
  const service = services.get(serviceId);
  return service?.isDeleted === true ? undefined : service;
}

export function done(
  status: number,
  body: unknown,
  learn: (observed: Observed) => boolean = () => true,
): Expected {
  return { kind: 'done', status, body, isRemembered: true, learn };
}

export function refused(code: string, body?: unknown): Extract<Expected, { kind: 'refused' }> {
  return { kind: 'refused', code, body };
}

/** The facts of a new entry, without its position. */
export interface NewEntry {
  readonly parts: readonly Part[];
  readonly usageId?: string | undefined;
  readonly occurredAtMs?: number | undefined;
  readonly reverses?: ModelAccount['entries'][number]['reverses'];
  readonly writesOff?: bigint;
  readonly drawn?: bigint | undefined;
  readonly begun?: ModelAccount['entries'][number]['begun'];
}

export function addEntry(books: ModelBooks, account: ModelAccount, nowMs: number, entry: NewEntry) {
  books.accounts.set(nameOf(account), account);
  const { parts, usageId, occurredAtMs, reverses, writesOff, drawn, begun } = entry;
  const added = {
    id: undefined as string | undefined,
    sequence: account.entries.length + 1,
    parts,
    usageId,
    occurredAtMs,
    recordedAtMs: nowMs,
    reverses,
    writesOff,
    drawn,
    begun,
    reversed: 0,
  };
  account.entries.push(added);
  return added;
}

/** Learns the position of an entry: it must be the same each time, and different from that of any other entry. */
export function learnEntry(
  books: ModelBooks,
  entry: { id: string | undefined },
  location: string | null,
): boolean {
  const id = /^\/api\/v1\/entries\/([0-9a-f-]{36})$/.exec(location ?? '')?.[1];
  if (id === undefined) return false;
  if (entry.id !== undefined) return entry.id === id;
  const isKnown = [...books.accounts.values()].some(({ entries }) =>
    entries.some((other) => other.id === id),
  );
  entry.id = id;
  return !isKnown;
}

export type WriteOf<K extends Write['kind']> = Write & { readonly kind: K };
