import type { Account } from '../../src/domain/account.ts';
import { accountName } from '../../src/domain/account-name.ts';
import { AccountAudit } from '../../src/domain/audit.ts';
import { BalanceAudit } from '../../src/domain/audit-balances.ts';
import { LimitAudit } from '../../src/domain/audit-limits.ts';
import { plusTaken, type TakenTiers, takenTiers } from '../../src/domain/audit-tiers.ts';
import { pricesOf } from '../../src/domain/service.ts';
import type { Entry } from '../../src/domain/usage.ts';
import { balanceName, type TenantRows } from './rows.ts';
import { hold } from './violation.ts';

/**
 * Recomputes all books of a tenant from its entries, movements and holds.
 *
 * @throws {Violation} if something differs
 */
export function auditRows(tenant: string, rows: TenantRows): void {
  const limits = new LimitAudit(rows.liveLimits(), Number.MAX_SAFE_INTEGER);
  limits.before([...rows.counters.values()]);
  const differences: string[] = [];
  for (const account of rows.accounts.values()) differences.push(...auditAccount(rows, account, limits));
  limits.after([...rows.counters.values()]);
  for (const one of rows.holds.values()) limits.hold(one);
  differences.push(...limits.finish().differences);
  for (const balance of rows.balances.values()) {
    const audit = new BalanceAudit(balance);
    for (const movement of rows.movements.get(balanceName(balance)) ?? []) audit.movement(movement);
    const own = [...rows.grants.values()].filter((owned) => balanceName(owned) === balanceName(balance));
    for (const { grant } of own.sort((a, b) => a.grant.number - b.grant.number)) audit.grant(grant);
    audit.holds(rows.openHolds(balance.agent).filter(({ asset }) => asset === balance.asset));
    differences.push(...audit.finish());
  }
  hold(differences.length === 0, 'the audit', () => `${tenant}: ${differences.slice(0, 3).join('; ')}`);
}

function auditAccount(rows: TenantRows, account: Account, limits: LimitAudit): readonly string[] {
  const { agent, serviceId } = account;
  const name = accountName(agent, serviceId);
  const prices = pricesOf(rows.prices.get(serviceId) ?? []);
  const audit = new AccountAudit(account, prices, rows.services.get(serviceId));
  const entries = rows.entries.get(name) ?? [];
  let at = 0;
  const feedTo = (through: number) => {
    for (const entry of entries.slice(at, through)) {
      const { taken, inTiers } = takenBy(entries, audit, entry);
      audit.entry(entry, taken, inTiers);
      limits.entry(entry, audit.costOf(entry));
    }
    at = Math.max(at, through);
  };
  for (const settlement of rows.settlements.get(name) ?? []) {
    feedTo(settlement.through);
    audit.settlement(settlement);
  }
  feedTo(entries.length);
  return audit.finish().differences.map((difference) => `${name}: ${difference}`);
}

/** The usage that a reversal may reverse, by price version. */
function takenBy(entries: readonly Entry[], audit: AccountAudit, { sequence, reversal, requests }: Entry) {
  const taken = new Map<number, number>();
  const inTiers = new Map<number, TakenTiers>();
  if (reversal === undefined) return { taken, inTiers };
  for (const entry of entries.slice(reversal.from, Math.min(reversal.through, sequence))) {
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
  return { taken, inTiers };
}
