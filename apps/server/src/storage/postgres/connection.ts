import { createHash } from 'node:crypto';
import { Client, DatabaseError, type QueryResult } from 'pg';
import { noteStatement } from '../statement-of.ts';
import { cancelRequest } from './cancel-request.ts';
import { connectFault, placeOf } from './connect-fault.ts';
import { ConnectionLost } from './fault.ts';
import { ManyNodes, OneTenant } from './one-tenant.ts';
import type { PostgresRow, StatementRunner, Value } from './statement-runner.ts';

/**
 * Statements that are sent together, all of them or none: the function that lists them has returned before the first is
 * sent. They return no rows.
 */
export class StatementList implements StatementRunner {
  readonly #list: (readonly [sql: string, values: readonly Value[]])[] = [];

  rows(sql: string, values: readonly Value[]): Promise<PostgresRow[]> {
    this.#list.push([sql, values]);
    return Promise.resolve([]);
  }

  async sendTo(statements: StatementRunner): Promise<void> {
    await Promise.all(this.#list.map(([sql, values]) => statements.rows(sql, values)));
  }
}

/**
 * Where the rows are: all on one node (`one_node`); or the rows of each tenant in one place, perhaps on one of several
 * nodes (`by_tenant`). With `citus` there are several nodes, and the running transactions of a node can be queried.
 */
export type Placement = 'one_node' | 'by_tenant' | 'citus';

/** How a database is reached. */
export interface ConnectionOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  /** whether statements are prepared by name; not through a pooler that hands out connections by transaction */
  readonly isPrepared: boolean;
  /** how long a statement may take to answer before the connection is abandoned; ten seconds if not set */
  readonly answerWithinMs?: number;
  /** `one_node` if it is not set */
  readonly placement?: Placement;
}

const connectTimeoutMs = 5_000;
/** Longer than any statement may run: without an answer by then, the peer is gone. */
const answerTimeoutMs = 10_000;

/**
 * The names of statements, derived from their texts: if a pooler lends one connection to several instances, a name must
 * never mean another statement.
 */
const statementNames = new Map<string, string>();
/** SQLSTATE of a statement in a transaction that an error before it aborted. */
const abortedState = '25P02';

/**
 * A connection that sends statements without waiting for the answers to those before them. They are executed in their
 * order, each on its own snapshot. Several callers may share it, so it offers single statements only: a transaction
 * needs an `ExclusiveConnection`.
 */
export class PostgresConnection implements StatementRunner {
  readonly #client: Client;
  readonly #isPrepared: boolean;
  readonly placement: Placement;
  #isLost = false;
  #isGathering = false;
  #answerWithinMs: number | undefined;
  #warning: string | undefined;
  /** what aborted the transaction: later statements only report that it is aborted */
  #aborted: DatabaseError | undefined;

  protected constructor(options: ConnectionOptions) {
    const client = clientOf(options);
    this.#client = client;
    this.#isPrepared = options.isPrepared;
    this.placement = options.placement ?? 'one_node';
    // Without a listener a lost connection would end the process.
    client.on('error', () => {
      this.#isLost = true;
    });
    client.on('end', () => {
      this.#isLost = true;
    });
    client.on('notice', ({ severity, message }) => {
      if (severity === 'WARNING') this.#warning = message;
    });
  }

  /** Host, port and name of the database, without user and password. */
  get place(): string {
    return placeOf(this.#client);
  }

  /** @throws {ConnectionLost} if there is no database, or it accepts no connection */
  static async open(options: ConnectionOptions): Promise<PostgresConnection> {
    const connection = new PostgresConnection(options);
    await connection.connect();
    return connection;
  }

  protected async connect(): Promise<void> {
    try {
      await this.#client.connect();
    } catch (error) {
      this.destroy();
      throw new ConnectionLost(error, connectFault(this.#client, error));
    }
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Statements of one tenant. */
  ofTenant(tenant: string): StatementRunner {
    return this.placement === 'one_node' ? this : new OneTenant(this, tenant);
  }

  /** Statements over all tenants. */
  ofAll(): StatementRunner {
    return this.placement === 'one_node' ? this : new ManyNodes(this);
  }

  /** The last warning since this was called before. */
  protected warning(): string | undefined {
    const warning = this.#warning;
    this.#warning = undefined;
    return warning;
  }

  /**
   * Runs one statement.
   *
   * @throws {DatabaseError} what the server says; {ConnectionLost} when the server does not answer
   */
  async rows(sql: string, values: readonly Value[]): Promise<PostgresRow[]> {
    return (await this.#query(sql, values)).rows;
  }

  /** Runs one statement, and returns its command and the number of rows, such as `COMMIT`. */
  async command(
    sql: string,
    values: readonly Value[] = [],
  ): Promise<{ readonly tag: string; readonly count: number }> {
    const { command, rowCount } = await this.#query(sql, values);
    return { tag: command, count: rowCount ?? 0 };
  }

  /** Runs statements without parameters, separated by semicolons, in one message. */
  protected async send(sql: string): Promise<void> {
    this.#gather();
    await this.#answered(sql, this.#client.query({ text: sql, ...this.#timeout() }));
  }

  async close(): Promise<void> {
    if (this.#isLost) return this.destroy();
    await this.#client.end().catch(() => this.destroy());
  }

  /** How long the statements from now on may go without an answer; `undefined`: as long as those of every connection. */
  protected answerWithin(ms: number | undefined): void {
    this.#answerWithinMs = ms;
  }

  /**
   * Asks the server to cancel the statement that it currently runs for this connection, also after the connection was
   * abandoned. It may cancel a later statement, or none. It must not be used for writes: a commit that waits for a
   * replica would become visible without the replica.
   */
  cancel(): void {
    cancelRequest(this.#client);
  }

  /** Ends it immediately, regardless of statements under way. */
  destroy(): void {
    this.#isLost = true;
    this.#client.connection.stream.destroy();
  }

  #query(sql: string, values: readonly Value[]): Promise<QueryResult<PostgresRow>> {
    this.#gather();
    const named = this.#isPrepared ? { name: nameOf(sql) } : {};
    const query = { ...named, ...this.#timeout(), text: sql, values: [...values] };
    return this.#answered(sql, this.#client.query<PostgresRow>(query));
  }

  #timeout(): { readonly query_timeout?: number } {
    return this.#answerWithinMs === undefined ? {} : { query_timeout: this.#answerWithinMs };
  }

  /**
   * Everything that is sent in one turn is written at once, because each write is a system call and may wake the
   * server.
   */
  #gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    const { stream } = this.#client.connection;
    stream.cork();
    process.nextTick(() => {
      this.#isGathering = false;
      stream.uncork();
    });
  }

  /**
   * If statements that were sent together fail, any of their errors may be thrown first, so each of them names the
   * cause.
   */
  #causeOf(error: DatabaseError): DatabaseError {
    if (error.code !== abortedState) this.#aborted = error;
    return this.#aborted ?? error;
  }

  /** An error keeps the name of its statement, for the log. */
  async #answered<T>(sql: string, result: Promise<T>): Promise<T> {
    try {
      const value = await result;
      this.#aborted = undefined;
      return value;
    } catch (error) {
      noteStatement(error, sql);
      if (error instanceof DatabaseError) {
        // The server ends the connection after such an error: it must not be used again.
        if (error.severity === 'FATAL' || error.severity === 'PANIC') this.destroy();
        throw this.#causeOf(error);
      }
      this.destroy();
      const lost = new ConnectionLost(error);
      noteStatement(lost, sql);
      throw lost;
    }
  }
}

/** A client that is not connected yet. */
function clientOf({ url, answerWithinMs = answerTimeoutMs }: ConnectionOptions): Client {
  return new Client({
    connectionString: url,
    application_name: 'billonce',
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: answerWithinMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: answerTimeoutMs,
    pipeline: true,
  });
}

function nameOf(sql: string): string {
  let name = statementNames.get(sql);
  if (name === undefined) {
    name = `billonce_${createHash('sha256').update(sql).digest('hex').slice(0, 32)}`;
    statementNames.set(sql, name);
  }
  return name;
}
