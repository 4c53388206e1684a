import { accountName } from '../../src/domain/account-name.ts';
import type { Amount } from '../../src/domain/amount.ts';
import { xlm } from '../../src/domain/asset.ts';
import { availableOf } from '../../src/domain/balance.ts';
import { everyAgent, policyDefault } from '../../src/domain/billing.ts';
import type { Hold, HoldState } from '../../src/domain/hold.ts';
import type { Movement, MovementKind } from '../../src/domain/movement.ts';
import type { Settlement } from '../../src/domain/settlement.ts';
import type { Changes } from '../../src/domain/view.ts';
import { checkAssets } from './asset-check.ts';
import { balanceName, type TenantRows } from './rows.ts';
import { hold as keep } from './violation.ts';

/** The sign with which a movement changes the available amount. */
const signs: Readonly<Record<MovementKind, bigint>> = {
  granted: 1n,
  refunded: 1n,
  drawn: -1n,
  covered: 0n,
  held: -1n,
  released: 1n,
  expired: -1n,
  voided: -1n,
};

/** The possible next states of a hold, besides its current one. */
const following: Readonly<Record<HoldState, readonly HoldState[]>> = {
  open: ['captured', 'released', 'lapsed'],
  lapsed: ['captured'],
  captured: [],
  released: [],
};

/** Recomputes the changes of a commit to money, without any of the code that made them. */
export class MoneyCheck {
  /** by tenant and id */
  #holds = new Map<string, HoldState>();
  /** assets of services, by tenant and id */
  #assets = new Map<string, string>();

  /** @throws {Violation} if one of the invariants M1 to M5 does not hold */
  applied(tenant: string, changes: Changes, rows: TenantRows): void {
    for (const balance of changes.balances) this.#balance(rows, balanceName(balance));
    this.#overdrafts(rows, changes);
    this.#causes(changes);
    for (const hold of changes.holds) this.#hold(tenant, hold, rows);
    for (const { windows } of changes.limitCounters) {
      for (const { used, max } of windows) {
        keep(used <= max, 'M4', () => `a limit lets ${max} through, and ${used} was accepted`);
        keep(used >= 0n, 'M4', () => `a limit counts ${used}`);
      }
    }
    for (const settlement of changes.settlements) bill(rows, settlement);
    checkAssets(rows, changes, (serviceId) => this.#assets.has(`${tenant} ${serviceId}`));
    this.#assetsStay(tenant, changes);
  }

  /** Reads the rows again, because the disk has lost the last commits. */
  restore(tenant: string, rows: TenantRows): void {
    for (const name of [...this.#holds.keys()]) if (name.startsWith(`${tenant} `)) this.#holds.delete(name);
    for (const { id, state } of rows.holds.values()) this.#holds.set(`${tenant} ${id}`, state);
    for (const name of [...this.#assets.keys()]) if (name.startsWith(`${tenant} `)) this.#assets.delete(name);
    for (const { serviceId, asset } of rows.services.values())
      this.#assets.set(`${tenant} ${serviceId}`, asset);
  }

  /** The asset of a service never changes. */
  #assetsStay(tenant: string, { services }: Changes): void {
    for (const { serviceId, asset } of services) {
      const name = `${tenant} ${serviceId}`;
      const first = this.#assets.get(name) ?? asset;
      keep(asset === first, 'assets are apart', () => `${serviceId} was in ${first}, and is in ${asset}`);
      this.#assets.set(name, first);
    }
  }

  #balance(rows: TenantRows, name: string): void {
    const balance = rows.balances.get(name);
    keep(balance !== undefined, 'M1', () => `${name} is gone`);
    let available = 0n;
    const sums = new Map<MovementKind, Amount>();
    for (const movement of rows.movements.get(name) ?? []) {
      available += signs[movement.kind] * movement.amount;
      sums.set(movement.kind, (sums.get(movement.kind) ?? 0n) + movement.amount);
      keep(available === movement.available, 'M1', () => `movement ${movement.number} of ${name}`);
    }
    keep(
      available === availableOf(balance),
      'M1',
      () => `${name} has ${availableOf(balance)}, not ${available}`,
    );
    const held = (sums.get('held') ?? 0n) - (sums.get('released') ?? 0n);
    keep(held === balance.held && held >= 0n, 'M1', () => `${name} holds ${balance.held}, not ${held}`);
    for (const kind of ['granted', 'refunded', 'drawn', 'expired', 'voided'] as const)
      keep(balance[kind] === (sums.get(kind) ?? 0n), 'M1', () => `${kind} of ${name}`);
  }

  /** No accepted write has taken a balance below its overdraft. */
  #overdrafts(rows: TenantRows, { movements, policies }: Changes): void {
    const groups = Map.groupBy(movements, (one) => `${balanceName(one)} ${one.holdId ?? one.entryId}`);
    for (const group of groups.values()) {
      const last = group.at(-1);
      const net = group.reduce((sum, { kind, amount }) => sum + signs[kind] * amount, 0n);
      const isUse = group.some(({ kind }) => kind === 'drawn' || kind === 'held');
      if (last === undefined || !isUse || net >= 0n) continue;
      const { agent, asset } = last;
      if (policies.some((named) => named.agent === agent || named.agent === everyAgent)) continue;
      const policy =
        rows.policies.get(agent)?.policy ?? rows.policies.get(everyAgent)?.policy ?? policyDefault;
      const overdraft = policy.asset === asset ? policy.overdraft : 0n;
      keep(
        last.available >= -overdraft,
        'M1',
        () => `${agent} was taken to ${last.available}, below ${-overdraft}`,
      );
    }
  }

  /** Every draw belongs to one entry, every refund to one reversal or a reason, and both are in one commit. */
  #causes({ entries, movements, grants }: Changes): void {
    const moved = new Map<string, Amount>();
    for (const movement of movements) {
      const { kind, amount, entryId } = movement;
      if (kind !== 'drawn' && kind !== 'refunded') continue;
      keep(
        isCaused(movement, entries) || isOfMoney(movement, grants),
        'M2',
        () => `${kind} for no entry of its commit`,
      );
      const signed = kind === 'drawn' ? amount : -amount;
      if (entryId !== undefined) moved.set(entryId, (moved.get(entryId) ?? 0n) + signed);
    }
    for (const { id, drawn = 0n } of entries)
      keep(
        (moved.get(id) ?? 0n) === drawn,
        'M2',
        () => `entry ${id} was drawn for ${moved.get(id)}, not ${drawn}`,
      );
  }

  #hold(tenant: string, hold: Hold, rows: TenantRows): void {
    const name = `${tenant} ${hold.id}`;
    const before = this.#holds.get(name);
    const isAllowed = before === undefined || before === hold.state || following[before].includes(hold.state);
    keep(isAllowed, 'M2', () => `hold ${hold.id} was ${before}, and is ${hold.state}`);
    keep(
      hold.state !== 'captured' || before !== 'captured',
      'M2',
      () => `hold ${hold.id} was captured twice`,
    );
    this.#holds.set(name, hold.state);
    if (hold.state !== 'captured') return;
    const entry = rows.entriesById.get(hold.entryId ?? '');
    keep(entry !== undefined, 'M2', () => `hold ${hold.id} was captured by no entry`);
  }
}

function isCaused({ entryId }: Movement, entries: Changes['entries']): boolean {
  return entries.some(({ id }) => id === entryId);
}

/** A refund in money has a reason, and does not belong to a reversal. */
function isOfMoney({ kind, entryId, grantId }: Movement, grants: Changes['grants']): boolean {
  if (kind !== 'refunded' || entryId !== undefined) return false;
  const refund = grants.find(({ grant }) => grant.id === grantId)?.grant;
  return refund?.kind === 'refund' && refund.reversalId === undefined && refund.note !== undefined;
}

/** A bill begins where the previous one ended, and its sums are right. */
function bill(rows: TenantRows, settlement: Settlement): void {
  const {
    agent,
    serviceId,
    number,
    from,
    through,
    requests,
    lines,
    carriedStroops,
    remainder,
    billedStroops,
  } = settlement;
  const all = rows.settlements.get(accountName(agent, serviceId)) ?? [];
  const before = all[number - 2];
  keep(all[number - 1] === settlement, 'M5', () => `bill ${number} is not number ${number}`);
  keep(from === (before?.through ?? 0), 'M5', () => `bill ${number} begins at ${from}`);
  keep(through >= from, 'M5', () => `bill ${number} ends before it begins`);
  const sum = lines.reduce((total, line) => total + line.amount, 0n);
  const count = lines.reduce((total, line) => total + line.requests, 0);
  keep(count === requests, 'M5', () => `bill ${number} is of ${requests} requests, its lines of ${count}`);
  const { scale } = rows.assets.get(rows.services.get(serviceId)?.asset ?? '') ?? xlm;
  const atom = 10n ** BigInt(18 - scale);
  const due = sum + carriedStroops * atom + remainder - settlement.paid;
  const billed = due > 0n ? due / atom : 0n;
  keep(billed === billedStroops, 'M5', () => `bill ${number} says ${billedStroops}, its lines ${billed}`);
}
