import type { Json } from '@billonce/idempotency/core';
import type { Command } from './command.ts';
import type { RecordUsageBulk } from './commands/usage.ts';
import type { Stroops } from './money.ts';
import type { Service } from './service.ts';

/** Usage that came again and was not billed again, at the price that is in force now. */
export interface SparedUsage {
  /** items of usage */
  readonly retries: number;
  readonly requests: bigint;
  readonly stroops: Stroops;
}

/** Services by their names, for their prices. */
type ServiceOf = (serviceId: string) => Service | undefined;

interface Item {
  readonly serviceId: string;
  readonly requests: number;
}

/**
 * What a replay spared its caller: the usage that the first attempt recorded. Of a bulk, the items that its answer
 * calls good.
 */
export function sparedByReplay(
  command: Command,
  answerBody: string | Uint8Array,
  serviceOf: ServiceOf,
): SparedUsage | undefined {
  if (command.kind === 'record_usage') return sparedItems([command.item], serviceOf);
  if (command.kind !== 'record_usage_bulk') return undefined;
  return sparedItems(itemsAt(command, goodItems(answerBody)), serviceOf);
}

/** What known usage ids spared: the items that an answer calls duplicates. */
export function sparedByIds(
  command: Command,
  answer: Json | undefined,
  serviceOf: ServiceOf,
): SparedUsage | undefined {
  if (command.kind === 'record_usage') {
    return memberOf(answer, 'status') === 'duplicate' ? sparedItems([command.item], serviceOf) : undefined;
  }
  if (command.kind !== 'record_usage_bulk') return undefined;
  const duplicates = indexes(answer, (result) => memberOf(result, 'status') === 'duplicate');
  return duplicates.size === 0 ? undefined : sparedItems(itemsAt(command, duplicates), serviceOf);
}

function itemsAt({ items }: RecordUsageBulk, wanted: ReadonlySet<number>): Item[] {
  return items.flatMap((item, index) => (item.kind === 'valid' && wanted.has(index) ? [item.item] : []));
}

function sparedItems(items: readonly Item[], serviceOf: ServiceOf): SparedUsage {
  let requests = 0n;
  let stroops = 0n;
  for (const item of items) {
    requests += BigInt(item.requests);
    stroops += BigInt(item.requests) * (serviceOf(item.serviceId)?.priceStroops ?? 0n);
  }
  return { retries: items.length, requests, stroops };
}

function goodItems(answerBody: string | Uint8Array): ReadonlySet<number> {
  if (typeof answerBody !== 'string') return new Set();
  const answer: Json = JSON.parse(answerBody);
  return indexes(answer, (result) => memberOf(result, 'ok') === true);
}

function indexes(answer: Json | undefined, isWanted: (result: Json) => boolean): ReadonlySet<number> {
  const results = memberOf(answer, 'results');
  if (!Array.isArray(results)) return new Set();
  return new Set(results.flatMap((result: Json, index) => (isWanted(result) ? [index] : [])));
}

function memberOf(value: Json | undefined, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
