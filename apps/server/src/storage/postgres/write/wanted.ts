import { accountName } from '../../../domain/account-name.ts';
import type { TenantWants } from '../../../domain/wants.ts';
import type { Wants } from '../../../ledger/wants.ts';

/** One kind of the wants of all tenants, each with its tenant. */
export function wantedOf<T>(
  wants: Wants,
  part: (wants: TenantWants) => Iterable<T>,
): [tenant: string, value: T][] {
  return [...wants.tenants].flatMap(([tenant, own]) =>
    [...part(own)].map((value): [string, T] => [tenant, value]),
  );
}

/** One order for all instances: two batches that name the same accounts do not wait for each other in a circle. */
export function sortedByName<T>(rows: ReadonlyMap<string, T>): T[] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** A name of an account among those of all tenants; no identifier contains a space. */
export function nameIn(
  tenant: string,
  account: { readonly agent: string; readonly serviceId: string },
): string {
  return `${tenant} ${accountName(account.agent, account.serviceId)}`;
}

/** A name of an agent among those of all tenants; no identifier contains a space. */
export function agentName(tenant: string, agent: string): string {
  return `${tenant} ${agent}`;
}

/** A name of a hold among those of all tenants; no tenant has a space in its name. */
export function holdName(tenant: string, id: string): string {
  return `${tenant} ${id}`;
}
