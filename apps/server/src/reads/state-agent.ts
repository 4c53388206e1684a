import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Account } from '../domain/account.ts';
import {
  linesOf,
  type ServiceStatement,
  type Statement,
  type StatementWanted,
  statementLinesMax,
} from '../domain/agent-statement.ts';
import { inXlm } from '../domain/asset.ts';
import type { Settlement } from '../domain/settlement.ts';
import { stateAccount, unbilledAt } from '../domain/statement.ts';
import type { AccountKey, Books } from './books.ts';
import { lastBefore } from './last-before.ts';
import { stateBalance } from './state-balance.ts';

const pageRows = 100;
/** How many accounts are read at the same time: on PostgreSQL each takes some round trips. */
const atOnce = 8;
const billRows = 1_000;

/**
 * States what happened to an agent in a time, over all services; `undefined` if it has more lines than a statement may have.
 *
 * The entries themselves are not read: the usage of an account between two moments follows from its positions at these
 * moments. Each account is stated as it was when it was read.
 */
export async function stateAgent(books: Books, wanted: StatementWanted): Promise<Statement | undefined> {
  const balance = await stateBalance(books, wanted);
  if (balance === undefined) return undefined;
  let lines = balance.grants.length;
  let [opening, closing] = [0n, 0n];
  const services: ServiceStatement[] = [];
  for await (const accounts of accountsOf(books, wanted)) {
    const stated = await Promise.all(accounts.map((account) => stateService(books, wanted, account)));
    for (const service of stated) {
      if (service === 'other_asset') continue;
      if (service === undefined) return undefined;
      opening += service.opening;
      closing += service.closing;
      if (linesOf(service) === 0) continue;
      lines += linesOf(service);
      services.push(service);
    }
    if (lines > statementLinesMax) return undefined;
  }
  return {
    ...wanted,
    opening: { available: balance.opening, unbilled: opening },
    closing: { available: balance.closing, unbilled: closing },
    movements: balance.movements,
    grants: balance.grants,
    services,
  };
}

/** The accounts of an agent, a few at a time. */
async function* accountsOf(
  books: Pick<Books, 'accountsOf'>,
  { tenant, agent }: StatementWanted,
): AsyncGenerator<readonly Account[]> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: readonly Account[] = await books.accountsOf(tenant, agent, after, pageRows);
    for (let at = 0; at < page.length; at += atOnce) {
      yield page.slice(at, at + atOnce);
      await nextTurn();
    }
    after = page.length < pageRows ? undefined : page.at(-1)?.serviceId;
  }
}

/** States one account; `undefined` if it alone has more lines than a statement may have. */
async function stateService(
  books: Books,
  { tenant, agent, asset, fromMs, toMs }: StatementWanted,
  account: Account,
): Promise<ServiceStatement | 'other_asset' | undefined> {
  const { serviceId, sequence } = account;
  const key = { tenant, agent, serviceId };
  // Read after the account: its price versions are known then.
  const service = await books.service(tenant, serviceId);
  // Usage without a price is shown in the built-in asset.
  const inAsset = service ?? inXlm;
  if (inAsset.asset !== asset) return 'other_asset';
  const from = await books.positionRecordedBefore(key, fromMs, { after: 0, through: sequence });
  const range = { after: from?.sequence ?? 0, through: sequence };
  const to = await books.positionRecordedBefore(key, toMs, range);
  if (from === undefined || to === undefined) throw new Error(`the entries of ${agent} are missing`);
  const billed = await billsOf(books, key, account, { fromMs, toMs });
  const writeOffs = await books.writeOffsOf(key, statementLinesMax + 1);
  if (billed === undefined || writeOffs.length > statementLinesMax) return undefined;
  const writtenOff = (through: number) =>
    writeOffs.reduce((sum, one) => (one.sequence > through ? sum : sum + one.writeOff.stroops), 0n);
  return {
    ...stateAccount(account, service, from, to),
    serviceId,
    assetScale: inAsset.assetScale,
    unit: service?.unit,
    opening: unbilledAt(account, service, from, billed.before - writtenOff(from.sequence)),
    closing: unbilledAt(account, service, to, billed.until - writtenOff(to.sequence)),
    bills: billed.bills,
    writeOffs: writeOffs.filter((one) => one.sequence > from.sequence && one.sequence <= to.sequence),
  };
}

/**
 * The bills of an account that were made in a period, and the sums of all bills before the period and until its end.
 */
async function billsOf(
  books: Pick<Books, 'settlementsOf'>,
  key: AccountKey,
  { settlements: last, settledStroops }: Account,
  { fromMs, toMs }: Pick<StatementWanted, 'fromMs' | 'toMs'>,
) {
  const settledAt = async (number: number) =>
    (await books.settlementsOf(key, number - 1, number, 1))[0]?.settledAtMs;
  const from = await lastBefore(settledAt, 0, last, fromMs);
  const to = await lastBefore(settledAt, from, last, toMs);
  if (to - from > statementLinesMax) return undefined;
  const bills: Settlement[] = [];
  let later = 0n;
  for (let after = from; after < last; after += billRows) {
    const page = await books.settlementsOf(key, after, last, billRows);
    bills.push(...page.filter(({ number }) => number <= to));
    for (const { number, billedStroops } of page) if (number > to) later += billedStroops;
    await nextTurn();
  }
  const until = settledStroops - later;
  return { bills, before: bills.reduce((sum, { billedStroops }) => sum - billedStroops, until), until };
}
