import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Account } from '../domain/account.ts';
import type { Amount } from '../domain/amount.ts';
import { isXlm } from '../domain/asset.ts';
import { AccountAudit, type AccountFinding } from '../domain/audit.ts';
import type { AssetFinding, AuditFinding } from '../domain/audit-finding.ts';
import { plusTaken, type TakenTiers, takenTiers } from '../domain/audit-tiers.ts';
import type { Entry } from '../domain/usage.ts';
import { auditActs } from './audit-acts.ts';
import { auditBalances } from './audit-balances.ts';
import { beginLimitAudit, endLimitAudit } from './audit-limits.ts';
import type { AccountKey, Books } from './books.ts';
import { eachAccount } from './each-account.ts';

const pageRows = 1_000;
const differencesMax = 100;

/**
 * Recomputes every total and every bill of a tenant from the entries, and looks for administrative acts that are
 * missing. It reads in short pages, and other reads run between them. An account is audited in the state in which it
 * was read; the entries and settlements up to there never change.
 *
 * @param begunMs when it begins: later changes may be visible in only some of the rows that it reads
 */
export async function auditBooks(books: Books, tenant: string, begunMs = Date.now()): Promise<AuditFinding> {
  const findings = { accounts: 0, entries: 0, settlements: 0 };
  const sums = {
    recordedRequests: 0n,
    recorded: 0n,
    reversedRequests: 0n,
    reversed: 0n,
    writtenOffStroops: 0n,
    settledRequests: 0n,
    settledStroops: 0n,
    paid: 0n,
  };
  const otherAssets = new Map<string, AssetFinding>();
  const differences: { agent: string; serviceId: string; message: string }[] = [];
  const limits = await beginLimitAudit(books, tenant, begunMs);
  const onEntry = (entry: Entry, cost: Amount) => limits?.entry(entry, cost);
  for await (const { account } of eachAccount(books, { tenant, serviceId: undefined })) {
    const { agent, serviceId } = account;
    const finding = await auditAccount(books, { tenant, agent, serviceId }, account, onEntry);
    findings.accounts += 1;
    findings.entries += finding.entries;
    findings.settlements += finding.settlements;
    sums.recordedRequests += BigInt(finding.recordedRequests);
    sums.reversedRequests += BigInt(finding.reversedRequests);
    sums.settledRequests += BigInt(finding.settledRequests);
    if (isXlm(finding)) {
      sums.recorded += finding.recorded;
      sums.reversed += finding.reversed;
      sums.writtenOffStroops += finding.writtenOffStroops;
      sums.settledStroops += finding.settledStroops;
      sums.paid += finding.paid;
    } else {
      otherAssets.set(finding.asset, withFinding(otherAssets.get(finding.asset), finding));
    }
    for (const message of finding.differences) {
      if (differences.length < differencesMax) differences.push({ agent, serviceId, message });
    }
  }
  if (limits !== undefined) await endLimitAudit(books, tenant, limits);
  return {
    ...findings,
    ...sums,
    differences,
    otherAssets: [...otherAssets.values()].sort((a, b) => (a.asset < b.asset ? -1 : 1)),
    acts: await auditActs(books, tenant),
    limits: limits?.finish() ?? { counters: 0, differences: [] },
    balances: await auditBalances(books, tenant),
  };
}

function withFinding(known: AssetFinding | undefined, finding: AccountFinding): AssetFinding {
  return {
    asset: finding.asset,
    assetScale: finding.assetScale,
    recorded: (known?.recorded ?? 0n) + finding.recorded,
    reversed: (known?.reversed ?? 0n) + finding.reversed,
    paid: (known?.paid ?? 0n) + finding.paid,
    settled: (known?.settled ?? 0n) + finding.settledStroops,
    writtenOff: (known?.writtenOff ?? 0n) + finding.writtenOffStroops,
  };
}

/** @param onEntry called with each entry, once */
async function auditAccount(
  books: Books,
  key: AccountKey,
  account: Account,
  onEntry: (entry: Entry, cost: Amount) => void,
): Promise<AccountFinding> {
  const service = await books.service(key.tenant, key.serviceId);
  const audit = new AccountAudit(account, await books.prices(key.tenant, key.serviceId), service);
  let settledThrough = 0;
  for (let number = 0; number < account.settlements; ) {
    const bills = await books.settlementsOf(key, number, account.settlements, pageRows);
    if (bills.length === 0) break;
    for (const bill of bills) {
      await auditEntries(books, key, { audit, onEntry }, settledThrough, bill.through);
      audit.settlement(bill);
      settledThrough = bill.through;
    }
    number += bills.length;
  }
  await auditEntries(books, key, { audit, onEntry }, settledThrough, account.sequence);
  return audit.finish();
}

async function auditEntries(
  books: Books,
  key: AccountKey,
  {
    audit,
    onEntry,
  }: { readonly audit: AccountAudit; readonly onEntry: (entry: Entry, cost: Amount) => void },
  after: number,
  through: number,
): Promise<void> {
  let last = after;
  while (last < through) {
    const entries = await books.entriesOf(key, last, through, pageRows);
    for (const entry of entries) {
      const { taken, inTiers } = await takenBy(books, key, audit, entry);
      audit.entry(entry, taken, inTiers);
      onEntry(entry, audit.costOf(entry));
    }
    const end = entries.at(-1)?.sequence;
    // Entries are missing: `finish` says so.
    if (end === undefined) return;
    last = end;
    await nextTurn();
  }
}

/** The usage that a reversal may take back, computed again: what no earlier reversal took back, by price version. */
async function takenBy(
  books: Books,
  key: AccountKey,
  audit: AccountAudit,
  { sequence, reversal, requests }: Entry,
): Promise<{
  readonly taken: ReadonlyMap<number, number>;
  readonly inTiers: ReadonlyMap<number, TakenTiers>;
}> {
  const taken = new Map<number, number>();
  const inTiers = new Map<number, TakenTiers>();
  if (reversal === undefined) return { taken, inTiers };
  // If a row is wrong, nothing after it is read, no matter what it names.
  const through = Math.min(reversal.through, sequence);
  for (let last = reversal.from; last < through; ) {
    const entries = await books.entriesOf(key, last, through, pageRows);
    const end = entries.at(-1)?.sequence;
    if (end === undefined) break;
    for (const entry of entries) {
      const isUsage = entry.reversal === undefined && entry.writeOff === undefined;
      const reversed = audit.reversedOf(entry);
      const left = isUsage ? entry.requests - reversed : 0;
      if (left === 0) continue;
      const { priceVersion } = entry;
      taken.set(priceVersion, (taken.get(priceVersion) ?? 0) + left);
      const now = reversal.entryId === undefined ? left : Math.min(left, -requests);
      const tiers = takenTiers(entry, reversed, now);
      if (tiers !== undefined) inTiers.set(priceVersion, plusTaken(inTiers.get(priceVersion), tiers));
    }
    last = end;
    await nextTurn();
  }
  return { taken, inTiers };
}
