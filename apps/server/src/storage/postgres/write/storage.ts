import { setTimeout as pause } from 'node:timers/promises';
import {
  type BatchChanges,
  isEmpty,
  type LedgerStorage,
  type Loaded,
  StorageFault,
} from '../../../ledger/storage-port.ts';
import type { Wants } from '../../../ledger/wants.ts';
import type { AnswerCap } from '../../stored-answer.ts';
import { type ConnectionOptions, type Placement, StatementList } from '../connection.ts';
import { ConnectionInTurns, type ExclusiveConnection } from '../exclusive-connection.ts';
import { type FaultPlace, isConflict, isUniqueViolation, storageFault } from '../fault.ts';
import { OneTenant } from '../one-tenant.ts';
import type { StatementRunner } from '../statement-runner.ts';
import { findAccounts } from './find-accounts.ts';
import { loadBatch } from './load.ts';
import { saveBatch } from './save.ts';

export interface PostgresOptions extends ConnectionOptions {
  readonly cap: AnswerCap;
  /** what a statement of a batch may take besides what its accounts need */
  readonly statementMs: number;
}

/** The callbacks that report what a lane did. */
interface PostgresDesk {
  readonly onApiKeysChanged: () => void;
}

/** The parts of a statement's time for which a lock is waited for, and for which a transaction may be idle. */
const lockPart = 0.8;
const idlePart = 0.6;
/**
 * What each account adds to the time limits: a settlement of 10,000 accounts is allowed, and must succeed on a slow
 * machine, too.
 */
const perAccountMs = 2;

/**
 * The limits of a batch's transaction, in milliseconds. They are set in the transaction itself, so that they also apply
 * through a pooler. An instance that is cut off while it holds locks is rolled back after `idleMs`; no transaction
 * waits for a lock longer than `lockMs`.
 */
function transactionLimits(accounts: number, statementMs: number) {
  const more = accounts * perAccountMs;
  // All statements are sent at once: the last one is answered when those before it have run.
  return {
    lockMs: Math.ceil(lockPart * statementMs),
    statementMs: statementMs + more,
    idleMs: Math.ceil(idlePart * statementMs + more / 2),
    answerMs: 2 * (statementMs + more),
  };
}

// Batches name rows by their keys, so plans that read whole tables are turned off: a plan from a time when a table was
// small must not read all of it later.
const beginSql = (
  limits: ReturnType<typeof transactionLimits>,
) => `BEGIN; SET LOCAL lock_timeout = ${limits.lockMs};
  SET LOCAL statement_timeout = ${limits.statementMs};
  SET LOCAL idle_in_transaction_session_timeout = ${limits.idleMs};
  SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off`;
// Citus sends statements on to the node of the tenant, each with the whole message that contained it, and that node
// plans them again.
const beginOnCitusSql = (limits: ReturnType<typeof transactionLimits>) => [
  'BEGIN',
  "SET LOCAL citus.propagate_set_commands = 'local'",
  `SET LOCAL lock_timeout = ${limits.lockMs}`,
  `SET LOCAL statement_timeout = ${limits.statementMs}`,
  `SET LOCAL idle_in_transaction_session_timeout = ${limits.idleMs}`,
];

// Citus plans the statement that locks accounts for a shard, and then waits if that shard is being divided: it would lock
// rows of the former shard. A plain update waits in its place, changes no row, and keeps the shard until the transaction ends.
const keepShardSql = 'UPDATE accounts SET sequence = sequence WHERE tenant = $1 AND agent IS NULL';
// Rows of a tenant are created on the node of its row in `tenants`.
const findTenantSql = 'SELECT 1 AS found FROM tenants WHERE tenant = $1';
const makeTenantSql = 'INSERT INTO tenants (tenant) VALUES ($1) ON CONFLICT (tenant) DO NOTHING';

/** How often a batch is decided again because another instance came first. */
const attemptsMax = 8;
const backOffMs = 4;

/**
 * A lane of the engine for many instances: one connection, one transaction at a time under READ COMMITTED. If two write
 * to the same account, one waits for the other; if two create the same row, one is decided again.
 */
export class PostgresStorage implements LedgerStorage {
  readonly #options: PostgresOptions;
  readonly #desk: PostgresDesk;
  readonly #connection: ConnectionInTurns;

  constructor(options: PostgresOptions, desk: PostgresDesk) {
    this.#options = options;
    this.#desk = desk;
    this.#connection = new ConnectionInTurns(options);
  }

  async commit(wants: Wants, decide: (loaded: Loaded) => BatchChanges): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const ended = await this.#attempt(wants, decide);
      if (ended === 'done') return;
      if (attempt === attemptsMax) {
        // If it exists each time it is read again, it is not a race: one of the batch's commands is at fault.
        const kind = isUniqueViolation(ended) ? 'rejected' : 'unavailable';
        const { facts } = storageFault(ended, 'commit');
        const message = `other transactions came first too often: ${facts.message}`;
        throw new StorageFault(kind, { ...facts, message }, ended);
      }
      // Random, so that batches that collided do not collide again.
      await pause(backOffMs * attempt * Math.random());
    }
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  /** One attempt: `done`, or the error that says that another transaction came first. */
  async #attempt(wants: Wants, decide: (loaded: Loaded) => BatchChanges): Promise<'done' | Error> {
    try {
      return await this.#connection.use((connection) => this.#transact(connection, wants, decide));
    } catch (error) {
      throw storageFault(error, 'before_commit');
    }
  }

  async #transact(
    connection: ExclusiveConnection,
    wants: Wants,
    decide: (loaded: Loaded) => BatchChanges,
  ): Promise<'done' | Error> {
    let place: FaultPlace = 'before_commit';
    try {
      const ofBatch = batchRunner(connection.placement, wants);
      const runner = ofBatch(connection);
      const found = await findAccounts(runner, wants);
      const limits = transactionLimits(found.accounts.length, this.#options.statementMs);
      connection.allow(limits.answerMs);
      const [, , hasTenant, loaded] = await Promise.all([
        begin(connection, limits),
        keepShard(connection, wants),
        findTenant(connection, wants),
        loadBatch(runner, wants, found, this.#options.cap),
      ]);
      if (!hasTenant) {
        await connection.exec('ROLLBACK');
        await connection.rows(makeTenantSql, [...wants.tenants.keys()]);
        return new Error('the tenant of the batch was not there');
      }
      const changes = decide(loaded);
      if (isEmpty(changes)) {
        await connection.exec('ROLLBACK');
        return 'done';
      }
      // The COMMIT is sent right after them, so it must not follow only half of the batch's statements.
      const statements = new StatementList();
      await saveBatch(ofBatch(statements), changes, loaded);
      connection.takeWarning();
      place = 'commit';
      const [, { tag }] = await Promise.all([statements.sendTo(connection), commit(connection)]);
      const warning = connection.takeWarning();
      if (tag !== 'COMMIT') throw new StorageFault('unavailable', `COMMIT ended as ${tag}`, undefined);
      // It is committed here, but a required standby may not have it, so it is unknown what a fail-over would keep.
      if (warning !== undefined) throw new StorageFault('outcome_unknown', warning, undefined);
      if (changesApiKeys(changes)) this.#desk.onApiKeysChanged();
      return 'done';
    } catch (error) {
      await rollBack(connection);
      if (error instanceof Error && isConflict(error)) return error;
      throw storageFault(error, place);
    } finally {
      connection.allow(undefined);
    }
  }
}

async function begin(
  connection: ExclusiveConnection,
  limits: ReturnType<typeof transactionLimits>,
): Promise<void> {
  const statements = connection.placement === 'citus' ? beginOnCitusSql(limits) : [beginSql(limits)];
  await Promise.all(statements.map((sql) => connection.exec(sql)));
}

/**
 * How the statements of a batch are run.
 *
 * @throws {Error} if a batch of several tenants reaches a database where each transaction is of one
 */
function batchRunner(
  placement: Placement,
  { tenants }: Wants,
): (statements: StatementRunner) => StatementRunner {
  if (placement === 'one_node') return (statements) => statements;
  const [tenant, other] = tenants.keys();
  if (tenant === undefined || other !== undefined) throw new Error('a batch is not of one tenant');
  return (statements) => new OneTenant(statements, tenant);
}

/** Waits, on Citus, until the shard of the tenant is not being divided; it is not divided until the transaction ends. */
async function keepShard(connection: ExclusiveConnection, { tenants }: Wants): Promise<void> {
  if (connection.placement === 'citus') await connection.rows(keepShardSql, [...tenants.keys()]);
}

/**
 * Whether rows of the tenant of a batch can be created. It is checked before the locks are taken; the result stays
 * true, because no statement deletes a tenant.
 */
async function findTenant(connection: ExclusiveConnection, { tenants }: Wants): Promise<boolean> {
  if (connection.placement === 'one_node') return true;
  return (await connection.rows(findTenantSql, [...tenants.keys()])).length > 0;
}

/**
 * Commits what was sent before. Where the rows are on another node, an error of the COMMIT itself does not say whether that node
 * has committed; an error of a statement before makes it a ROLLBACK, and is no error of the COMMIT.
 */
async function commit(connection: ExclusiveConnection): Promise<{ readonly tag: string }> {
  try {
    return await connection.command('COMMIT');
  } catch (error) {
    if (connection.placement !== 'citus') throw error;
    throw new StorageFault('outcome_unknown', storageFault(error, 'commit').facts, error);
  }
}

/** Ends the transaction; a connection that cannot even roll back is abandoned. */
async function rollBack(connection: ExclusiveConnection): Promise<void> {
  if (!connection.isLost) await connection.exec('ROLLBACK').catch(() => connection.destroy());
}

function changesApiKeys({ tenants }: BatchChanges): boolean {
  return [...tenants.values()].some(({ apiKeys }) => apiKeys.length > 0);
}
