import { isForgotten } from '../core/lease-decision.ts';
import type {
  Claim,
  ClaimRequest,
  Completion,
  IdempotencyStore,
  Slot,
  StoredAnswer,
  StoredRecord,
  TransactionCompleter,
} from '../core/store.ts';
import {
  bindClient,
  bindTransaction,
  type PostgresClient,
  type PostgresRow,
  type PostgresTransaction,
  type PostgresValue,
  type RunStatement,
} from './postgres/bindings.ts';
import { ddl, migrate } from './postgres/migrations.ts';
import { type Look, parseLook } from './postgres/record-row.ts';
import { type Statements, statements } from './postgres/statements.ts';
import { type Swept, sweep } from './postgres/sweep.ts';

export type {
  DrizzleTransaction,
  KyselyTransaction,
  NodePostgresClient,
  NodePostgresTransaction,
  PostgresClient,
  PostgresJsClient,
  PostgresJsTransaction,
  PostgresTransaction,
  PrismaTransaction,
} from './postgres/bindings.ts';
export type { Swept } from './postgres/sweep.ts';

/** How a store uses a PostgreSQL. */
export interface PostgresStoreOptions {
  /** a pool of node-postgres, or the `sql` of postgres.js; never a client with an open transaction */
  readonly client: PostgresClient;
  /** the schema of the store's tables, created if missing; `idempotency` */
  readonly schema?: string;
  /** how many answers of a scope a sweep leaves; 1,000,000 */
  readonly answersPerScopeMax?: number;
  /** milliseconds since the epoch, for tests; the clock of the database */
  readonly nowMs?: () => number;
}

/** A store in a PostgreSQL. */
export interface PostgresStore extends IdempotencyStore {
  /**
   * Creates the tables or updates them; safe if several processes start at once. If it was not called, the first use
   * does it.
   *
   * @throws {Error} if a newer release has migrated the database, and every error of the driver
   */
  migrate(): Promise<void>;

  /**
   * Completes inside the caller's own transaction: effect and record are one commit. On false or an error, the caller
   * must roll back.
   *
   * @param tx of node-postgres (a client), postgres.js, Kysely, Drizzle or Prisma
   * @throws {TypeError} if it is not an open transaction
   */
  within(tx: PostgresTransaction): TransactionCompleter<Promise<boolean>>;

  /**
   * Removes expired answers, answers over the cap of their scope (oldest first) and keys whose retention is over, in
   * steps of at most 1,000 rows. Call it regularly; several may run at the same time.
   *
   * @param options `nowMs` replaces the time of the store's clock
   */
  sweep(options?: { readonly nowMs?: number }): Promise<Swept>;
}

/** How often a claim reads again while others are faster, and how often a statement is repeated after a deadlock. */
const attemptsMax = 10;
const answersPerScopeMaxDefault = 1_000_000;

/**
 * A store in PostgreSQL 15 or later. It needs no extension, and works through PgBouncer in transaction mode: every verb
 * is a single statement, or a few that are one transaction each, and none is a named statement. Times are those of the
 * database, so the clocks of the instances do not matter.
 *
 * @throws {TypeError} if the client is neither of node-postgres nor of postgres.js
 * @throws {RangeError} if the schema is not a plain lower-case name, or a limit is not a positive whole number
 */
export function postgresStore(options: PostgresStoreOptions): PostgresStore {
  return new StoreInPostgres(options);
}

/**
 * The statements that create the tables of a store, for a tool that migrates the database by scripts. The store then
 * finds its tables, and needs no right to create any.
 *
 * @param options `role` is granted the rights of a store that only uses the tables
 * @throws {RangeError} if a schema or role is not a plain lower-case name
 */
export function postgresDdl(options: { readonly schema?: string; readonly role?: string } = {}): string {
  const { schema = 'idempotency', role } = options;
  demandName('schema', schema);
  if (role !== undefined) demandName('role', role);
  return ddl(schema, role);
}

function demandName(option: string, name: string): void {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(name)) return;
  throw new RangeError(`${option} must be 1 to 63 lower-case letters, digits and underscores`);
}

class StoreInPostgres implements PostgresStore {
  readonly #driver: ReturnType<typeof bindClient>;
  readonly #schema: string;
  readonly #statements: Statements;
  readonly #answersPerScopeMax: number;
  readonly #nowMs: () => number | null;
  #migrated: Promise<void> | undefined;

  constructor(options: PostgresStoreOptions) {
    const { schema = 'idempotency', answersPerScopeMax = answersPerScopeMaxDefault } = options;
    demandName('schema', schema);
    if (!Number.isInteger(answersPerScopeMax) || answersPerScopeMax < 1) {
      throw new RangeError('answersPerScopeMax must be a positive whole number');
    }
    this.#driver = bindClient(options.client);
    this.#schema = schema;
    this.#statements = statements(schema);
    this.#answersPerScopeMax = answersPerScopeMax;
    this.#nowMs = options.nowMs ?? (() => null);
  }

  async claim(slot: Slot, request: ClaimRequest): Promise<Claim> {
    const { scope, key } = slot;
    const { fingerprint, leaseMs, retentionMs } = request;
    for (let tried = 0; tried < attemptsMax; tried++) {
      const values = [scope, key, fingerprint, leaseMs, retentionMs, this.#nowMs()];
      const [row] = await this.#run(this.#statements.claim, values);
      if (row === undefined) continue;
      const look = parseLook(row);
      if (look.kind === 'claimed') return look;
      const taking = this.#take(slot, request, look);
      if (taking === undefined) return { kind: 'found', record: look.record, nowMs: look.nowMs };
      const [taken] = await taking;
      if (taken !== undefined)
        return { kind: 'claimed', nowMs: Number(taken[0]), fencingToken: Number(taken[1]) };
    }
    throw new Error(`a claim was overtaken ${attemptsMax} times`);
  }

  /** Takes an existing record if it may be taken: a compare-and-set on its fencing token. */
  #take(
    { scope, key }: Slot,
    { fingerprint, leaseMs, retentionMs, takeOver }: ClaimRequest,
    look: Look & { kind: 'found' },
  ): Promise<readonly PostgresRow[]> | undefined {
    const { record, nowMs } = look;
    const values = [scope, key, record.fencingToken, leaseMs, this.#nowMs()];
    if (isForgotten(look.record, look.forgetAtMs, look.nowMs)) {
      return this.#run(this.#statements.replaceForgotten, [...values, fingerprint, retentionMs]);
    }
    const isAbandoned = record.kind === 'leased' && nowMs >= record.leaseExpiresAtMs;
    if (isAbandoned && record.fencingToken === takeOver) return this.#run(this.#statements.takeOver, values);
    return undefined;
  }

  async renew({ scope, key }: Slot, fencingToken: number, leaseMs: number): Promise<boolean> {
    const values = [scope, key, fencingToken, leaseMs, this.#nowMs()];
    return (await this.#run(this.#statements.renew, values)).length > 0;
  }

  complete(slot: Slot, fencingToken: number, completion: Completion): Promise<boolean> {
    return this.#complete(this.#run, slot, fencingToken, completion);
  }

  async release({ scope, key }: Slot, fencingToken: number): Promise<boolean> {
    return (await this.#run(this.#statements.release, [scope, key, fencingToken])).length > 0;
  }

  async inspect({ scope, key }: Slot): Promise<{ record: StoredRecord; nowMs: number } | undefined> {
    const [row] = await this.#run(this.#statements.inspect, [scope, key, this.#nowMs()]);
    const look = row && parseLook(row);
    if (look?.kind !== 'found' || isForgotten(look.record, look.forgetAtMs, look.nowMs)) return undefined;
    return { record: look.record, nowMs: look.nowMs };
  }

  within(tx: PostgresTransaction): TransactionCompleter<Promise<boolean>> {
    const run = bindTransaction(tx);
    return {
      complete: (slot, fencingToken, completion) => this.#complete(run, slot, fencingToken, completion),
    };
  }

  migrate(): Promise<void> {
    return migrate(this.#driver, this.#schema);
  }

  sweep({ nowMs }: { readonly nowMs?: number } = {}): Promise<Swept> {
    return sweep(this.#run, this.#statements.sweep, this.#answersPerScopeMax, nowMs ?? this.#nowMs());
  }

  async #complete(
    run: RunStatement,
    { scope, key }: Slot,
    fencingToken: number,
    { answer, answerTtlMs, location }: Completion,
  ): Promise<boolean> {
    const held = [scope, key, fencingToken];
    const bytes = answer === undefined ? null : bufferOf(answer);
    const values = [...held, location ?? null, answerTtlMs, bytes, this.#nowMs()];
    const ended = await run(this.#statements.complete, values);
    if (ended.length > 0) return true;
    // A separate statement: one that waited for another transaction still sees its old snapshot.
    return (await run(this.#statements.isCompleted, held)).length > 0;
  }

  readonly #run = async (text: string, values: PostgresValue[]): Promise<readonly PostgresRow[]> => {
    await this.#ready();
    for (let tried = 1; ; tried++) {
      try {
        return await this.#driver.run(text, values);
      } catch (error) {
        if (!wasRolledBackForOthers(error) || tried === attemptsMax) throw error;
      }
    }
  };

  async #ready(): Promise<void> {
    this.#migrated ??= this.migrate();
    try {
      await this.#migrated;
    } catch (error) {
      this.#migrated = undefined;
      throw error;
    }
  }
}

/** A deadlock, or a conflict if the database's default isolation is stricter than READ COMMITTED. */
function wasRolledBackForOthers(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === '40001' || code === '40P01';
}

/** The bytes as a `Buffer`: pg-promise writes any other `Uint8Array` as JSON. */
function bufferOf(answer: StoredAnswer): Buffer {
  return typeof answer === 'string'
    ? Buffer.from(answer)
    : Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
}
