import type { Balance } from '../../src/domain/balance.ts';
import type { Movement } from '../../src/domain/movement.ts';
import type { Changes } from '../../src/domain/view.ts';
import { balanceName, type TenantRows } from './rows.ts';
import { hold as keep } from './violation.ts';

const promise = 'assets are apart';

/**
 * Recomputes the changes of a commit in each asset: a write in one asset must change nothing in another, and the sums
 * of each asset must be right.
 *
 * @param wasRegistered whether a service was registered before the commit. Usage that is recorded before its registration in
 * the same commit has no asset.
 * @throws {Violation} if they are not
 */
export function checkAssets(
  rows: TenantRows,
  { movements, balances, settlements, entries }: Changes,
  wasRegistered: (serviceId: string) => boolean,
): void {
  for (const movement of movements) moved(rows, movement);
  for (const balance of balances) conserved(rows, balance);
  for (const { asset, serviceId, number } of settlements)
    keep(asset === assetOf(rows, serviceId), promise, () => `bill ${number} of ${serviceId} is in ${asset}`);
  for (const { asset, serviceId, priceVersion, id } of entries) {
    const isEarlier = asset === undefined && priceVersion === 0 && !wasRegistered(serviceId);
    keep(
      isEarlier || asset === assetOf(rows, serviceId),
      promise,
      () => `entry ${id} of ${serviceId} is in ${asset}`,
    );
  }
}

/** `undefined` if the service was never registered. */
function assetOf(rows: TenantRows, serviceId: string): string | undefined {
  return rows.services.get(serviceId)?.asset;
}

/** An amount moves in the asset of its service, and in the asset of its grant. */
function moved(rows: TenantRows, { asset, agent, kind, entryId, holdId, grantId }: Movement): void {
  const entry = rows.entriesById.get(entryId ?? '');
  const hold = rows.holds.get(holdId ?? '');
  const grant = rows.grants.get(grantId ?? '');
  if (entry !== undefined)
    keep(
      asset === assetOf(rows, entry.serviceId),
      promise,
      () => `${kind} in ${asset} for ${entry.serviceId}`,
    );
  if (hold !== undefined)
    keep(asset === hold.asset, promise, () => `${kind} in ${asset} for a hold in ${hold.asset}`);
  if (grant !== undefined)
    keep(
      grant.asset === asset && grant.agent === agent,
      promise,
      () => `${kind} in ${asset} of ${agent}, from a grant in ${grant.asset} of ${grant.agent}`,
    );
}

/**
 * The granted amount is available, held, drawn, expired or voided, and equals the sums of the grants and open holds in
 * this asset.
 */
function conserved(rows: TenantRows, balance: Balance): void {
  const name = balanceName(balance);
  const grants = [...rows.grants.values()].filter((owned) => balanceName(owned) === name);
  const granted = grants.reduce((sum, { grant }) => sum + grant.amount, 0n);
  keep(granted === balance.granted + balance.refunded, promise, () => `${name} was granted ${granted}`);
  const reserved = rows
    .openHolds(balance.agent)
    .filter(({ asset }) => asset === balance.asset)
    .flatMap(({ parts }) => parts)
    .reduce((sum, { amount }) => sum + amount, 0n);
  keep(reserved === balance.held, promise, () => `${name} holds ${balance.held}, its open holds ${reserved}`);
  const available = rows.movements.get(name)?.at(-1)?.available ?? 0n;
  const { drawn, expired, voided } = balance;
  const used = available + reserved + drawn + expired + voided;
  keep(used === granted, promise, () => `of ${granted} in ${name}, ${used} are accounted for`);
}
