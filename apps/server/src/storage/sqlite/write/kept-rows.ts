import { accountName } from '../../../domain/account-name.ts';
import type { IdPlace } from '../../../domain/id-block.ts';
import type { Limit } from '../../../domain/limit.ts';
import type { Pause } from '../../../domain/pause.ts';
import type { Service } from '../../../domain/service.ts';
import type { Settings } from '../../../domain/settings.ts';
import type { Changes } from '../../../domain/view.ts';
import type { Webhook } from '../../../domain/webhook.ts';
import { Generations } from '../../../ledger/generations.ts';
import type { BatchChanges } from '../../../ledger/storage-port.ts';
import { integer } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import { loadAccount, type NumberedAccount } from '../read/accounts.ts';
import { loadScope, type ScopeTotals } from '../read/answers.ts';
import { loadIds } from '../read/ids.ts';
import { lateName } from '../read/late-records.ts';
import { loadLimits } from '../read/limits.ts';
import { loadPause, loadSettings } from '../read/operator.ts';
import { loadForgottenBefore } from '../read/records.ts';
import { loadService } from '../read/services.ts';
import { loadWebhooks } from '../read/webhooks.ts';
import { BilledAgents } from './billed-agents.ts';
import { entryIndexTable, hasEntriesBeyond, type IndexedEntry } from './entry-index.ts';
import { LaggingIndex } from './lagging-index.ts';
import {
  hasLateRecordBefore,
  type IndexedRecord,
  loadLastRecord,
  recordIndexTable,
  type SavedRecords,
} from './record-index.ts';

/** The most accounts, with their lines, in each of two generations: some 12 MB. The others are smaller. */
const accountsMax = 20_000;
const servicesMax = 10_000;
const tenantsMax = 10_000;
const scopesMax = 20_000;

/** The rows that every decision needs. */
interface GeneralRows {
  readonly pause: Pause;
  readonly settings: Settings;
  readonly forgottenBeforeMs: number;
  readonly idsReached: IdPlace;
  /** the number of the last record */
  readonly lastRecord: number;
}

/**
 * What the one writer keeps of the file between batches, so that a batch reads only the records of its keys
 * (docs/adr/0080).
 *
 * What is here is what the file has, by three rules. A row comes here when it was loaded, or after the `COMMIT` that wrote
 * it. After any fault, the rows are forgotten, and everything if it is in doubt what the file has. And everything is forgotten
 * when another connection has written to the file. What is not here, such as entries and usage ids, is read for each batch: only
 * what `committed` brings up to date may be kept.
 */
export class KeptRows {
  readonly #accounts = new Generations<NumberedAccount>(
    accountsMax,
    ({ account }) => 1 + account.lines.length,
  );
  readonly #services = new Generations<Service>(servicesMax, () => 1);
  readonly #webhooks = new Generations<readonly Webhook[]>(tenantsMax, (webhooks) => 1 + webhooks.length);
  readonly #limits = new Generations<readonly Limit[]>(tenantsMax, (limits) => 1 + limits.length);
  readonly #scopes = new Generations<ScopeTotals>(scopesMax, () => 1);
  readonly entryIndex: LaggingIndex<IndexedEntry>;
  readonly recordIndex: LaggingIndex<IndexedRecord>;
  #billed: BilledAgents | undefined;
  #general: GeneralRows | undefined;
  #dataVersion: number | undefined;

  /** @param recordRunRows fewer in tests, as `entryRunRows` */
  constructor({ entryRunRows = entryIndexTable.runRows, recordRunRows = recordIndexTable.runRows } = {}) {
    this.entryIndex = new LaggingIndex({ ...entryIndexTable, runRows: entryRunRows });
    this.recordIndex = new LaggingIndex({ ...recordIndexTable, runRows: recordRunRows });
  }

  /** Begins a batch, inside its transaction: forgets everything if the file was written to by others since. */
  begin(connection: SqliteConnection): void {
    const row = connection.get('PRAGMA data_version');
    const dataVersion = row && integer(row, 'data_version');
    if (dataVersion !== this.#dataVersion) this.forgetAll();
    this.#dataVersion = dataVersion;
    this.entryIndex.begin(connection);
    this.recordIndex.begin(connection);
  }

  general(connection: SqliteConnection): GeneralRows {
    this.#general ??= {
      pause: loadPause(connection),
      settings: loadSettings(connection),
      forgottenBeforeMs: loadForgottenBefore(connection),
      idsReached: loadIds(connection).reached,
      lastRecord: loadLastRecord(connection),
    };
    return this.#general;
  }

  account(
    connection: SqliteConnection,
    tenant: string,
    agent: string,
    serviceId: string,
  ): NumberedAccount | undefined {
    const name = nameOf(tenant, accountName(agent, serviceId));
    return found(this.#accounts, name, () => this.#loadAccount(connection, tenant, agent, serviceId));
  }

  service(connection: SqliteConnection, tenant: string, serviceId: string): Service | undefined {
    return found(this.#services, nameOf(tenant, serviceId), () => loadService(connection, tenant, serviceId));
  }

  webhooks(connection: SqliteConnection, tenant: string): readonly Webhook[] {
    return found(this.#webhooks, tenant, () => loadWebhooks(connection, tenant)) ?? [];
  }

  /** most tenants have none, and are looked up once */
  limits(connection: SqliteConnection, tenant: string): readonly Limit[] {
    return found(this.#limits, tenant, () => loadLimits(connection, tenant)) ?? [];
  }

  /** The agents that have a policy or a balance, or had one. */
  billed(connection: SqliteConnection): BilledAgents {
    this.#billed ??= BilledAgents.in(connection);
    return this.#billed;
  }

  scope(connection: SqliteConnection, tenant: string, scope: string): ScopeTotals | undefined {
    return found(this.#scopes, nameOf(tenant, scope), () => loadScope(connection, tenant, scope));
  }

  /** The number of the last record of a key, if that may not be in the index of keys. */
  readonly lateRecord = (scope: number, key: string): number | undefined =>
    this.recordIndex.find(lateName(scope, key))?.n;

  /** Updates the kept rows with the changes of a batch, after its `COMMIT`. */
  committed(
    { tenants, ids }: BatchChanges,
    accountNumbers: ReadonlyMap<string, ReadonlyMap<string, number>>,
    { scopes, lastRecord }: SavedRecords,
  ): void {
    for (const [tenant, changes] of tenants) this.#tookIn(tenant, changes, accountNumbers.get(tenant));
    for (const [name, totals] of scopes) this.#scopes.set(name, totals);
    if (this.#general !== undefined)
      this.#general = { ...this.#general, idsReached: ids.reached, lastRecord };
  }

  /**
   * Writes all records to the index of keys if one that is late is from before a time: only what is in the index is forgotten.
   *
   * @returns what is to be done after the `COMMIT`
   */
  indexOldRecords(connection: SqliteConnection, beforeMs: number): () => void {
    if (!hasLateRecordBefore(connection, beforeMs)) return () => undefined;
    return this.recordIndex.writeAll(connection);
  }

  /**
   * A sweep deletes records and answers, and changes the time since which records are known; it changes no other kept
   * row.
   */
  swept(): void {
    this.#general = undefined;
  }

  /**
   * Drops the kept rows after a transaction that was rolled back before its `COMMIT`, except the rows that are not in
   * the indexes yet. Those change only after a `COMMIT`, and reading them again takes about 0.2 s, during which all
   * writes wait: one bad command would slow down all tenants.
   */
  forgetRows(): void {
    for (const rows of [this.#accounts, this.#services, this.#webhooks, this.#limits, this.#scopes])
      rows.forgetAll();
    this.#billed = undefined;
    this.#general = undefined;
  }

  forgetAll(): void {
    this.forgetRows();
    this.entryIndex.forget();
    this.recordIndex.forget();
    this.#dataVersion = undefined;
  }

  /**
   * @throws {Error} if there is an entry after the account's last one, because a new entry would get the same sequence
   */
  #loadAccount(connection: SqliteConnection, tenant: string, agent: string, serviceId: string) {
    const loaded = loadAccount(connection, tenant, agent, serviceId);
    if (
      loaded !== undefined &&
      hasEntriesBeyond(connection, this.entryIndex, loaded.number, loaded.account.sequence)
    )
      throw new Error(`account ${loaded.number} has entries after its last one`);
    return loaded;
  }

  #tookIn(tenant: string, changes: Changes, numbers: ReadonlyMap<string, number> | undefined): void {
    for (const account of changes.accounts) {
      const name = accountName(account.agent, account.serviceId);
      const number = numbers?.get(name);
      if (number === undefined) this.#accounts.forget(nameOf(tenant, name));
      else this.#accounts.set(nameOf(tenant, name), { number, account });
    }
    for (const service of changes.services) this.#services.set(nameOf(tenant, service.serviceId), service);
    for (const { agent } of changes.policies) this.#billed?.add(tenant, agent);
    if (changes.webhooks.length > 0) this.#webhooks.forget(tenant);
    if (changes.limits.length > 0) this.#limits.forget(tenant);
    if (changes.pauses.length > 0 || changes.settings.length > 0) this.#general = undefined;
  }
}

/** No tenant has a space in its name. */
export function nameOf(tenant: string, name: string): string {
  return `${tenant} ${name}`;
}

/** A row that is kept, or the one that the file has, which is then kept. */
function found<V>(rows: Generations<V>, name: string, load: () => V | undefined): V | undefined {
  const kept = rows.get(name);
  if (kept !== undefined) return kept;
  const loaded = load();
  if (loaded !== undefined) rows.set(name, loaded);
  return loaded;
}
