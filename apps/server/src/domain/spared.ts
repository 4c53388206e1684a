import type { Amount } from './amount.ts';
import { isXlm, xlm } from './asset.ts';
import type { Command, Fact } from './command.ts';
import type { RecordUsageBulk } from './commands/usage.ts';
import { costOfRequests } from './money.ts';
import { partsUsed, type SentUse } from './quantity.ts';
import type { Service } from './service.ts';
import { unitPriceOfFirst } from './tiers.ts';

/** Usage of duplicates that was not billed again, at the price that is in force now. */
export interface SparedUsage {
  /** items of usage */
  readonly retries: number;
  readonly requests: bigint;
  /** of the usage of services in XLM */
  readonly cost: Amount;
}

/** Services by their names, for their prices. */
type ServiceOf = (serviceId: string) => Service | undefined;

interface Item extends SentUse {
  readonly serviceId: string;
}

/**
 * What a replay saved its caller: the usage that the first attempt recorded.
 *
 * @param goodItems the places of the items of a bulk that the first attempt recorded or knew
 */
export function sparedByReplay(
  command: Command,
  goodItems: () => ReadonlySet<number>,
  serviceOf: ServiceOf,
): SparedUsage | undefined {
  if (command.kind === 'record_usage') return sparedItems([command.item], serviceOf);
  if (command.kind !== 'record_usage_bulk') return undefined;
  return sparedItems(itemsAt(command, goodItems()), serviceOf);
}

/** What known usage ids saved: the items that were duplicates. */
export function sparedByIds(command: Command, fact: Fact, serviceOf: ServiceOf): SparedUsage | undefined {
  if (command.kind === 'record_usage') {
    return fact.kind === 'usage_known' ? sparedItems([command.item], serviceOf) : undefined;
  }
  if (command.kind !== 'record_usage_bulk' || fact.kind !== 'usage_bulk_recorded') return undefined;
  const duplicates = fact.results.flatMap(({ kind }, index) => (kind === 'duplicate' ? [index] : []));
  return duplicates.length === 0 ? undefined : sparedItems(itemsAt(command, new Set(duplicates)), serviceOf);
}

function itemsAt({ items }: RecordUsageBulk, wanted: ReadonlySet<number>): Item[] {
  return items.flatMap((item, index) => (item.kind === 'valid' && wanted.has(index) ? [item.item] : []));
}

function sparedItems(items: readonly Item[], serviceOf: ServiceOf): SparedUsage {
  let requests = 0n;
  let cost = 0n;
  for (const item of items) {
    const { price: flat = 0n, unitScale = 0, asset = xlm.code, tiers } = serviceOf(item.serviceId) ?? {};
    // The tiers of that usage are no longer known: it is counted in the first tier.
    const price = tiers === undefined ? flat : unitPriceOfFirst(tiers);
    const used = partsUsed(item, unitScale);
    const parts = used.kind === 'counted' ? used.parts : 0;
    requests += BigInt(parts);
    if (isXlm({ asset })) cost += costOfRequests(parts, price, { unitScale });
  }
  return { retries: items.length, requests, cost };
}
