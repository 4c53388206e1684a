import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Api } from '../harness/api.ts';
import { isUnsettled, leftOf, type ModelAccount, type ModelEntry, requestsOf, totalOf } from './account.ts';
import { type ModelAsset, xlm } from './assets.ts';
import { accountOf, type ModelBooks } from './books.ts';
import { pages } from './pages.ts';
import { amountText } from './prepaid-text.ts';
import { amountBody, costOfPart, type Pricing, unitPriceBody, unpriced } from './prices.ts';
import { reversesBody } from './reversing.ts';
import { quoteBody, unseenId, writesOffBody } from './settling.ts';
import { tiersBody } from './tiers.ts';
import { quantityBody } from './units.ts';
import { type AccountName, pathOf } from './write.ts';

// biome-ignore lint/suspicious/noExplicitAny: items of every list
type Answer = any;

const iso = (ms: number) => new Date(ms).toISOString();

/** Asserts everything that can be read about one account, and returns the entity tag of its quote. */
export async function assertAccount(
  api: Api,
  books: ModelBooks,
  names: AccountName,
  nowMs: number,
): Promise<string | undefined> {
  const { agent, serviceId } = names;
  const account = accountOf(books, names);
  const at = pathOf(names);
  assert.deepEqual((await api.get(`/usage/${at}`)).json, {
    agent,
    serviceId,
    total: totalOf(account),
    ...(account.entries.length === 0 ? {} : quantityBody(totalOf(account), account)),
  });
  const rows = await entriesIn(api, names);
  assert.equal(rows.length, account.entries.length, at);
  for (const [index, entry] of account.entries.entries()) entry.id ??= String(rows[index].id);
  const pricing = books.services.get(serviceId) ?? unpriced;
  assert.deepEqual(
    rows,
    account.entries.map((entry, index) => knownRow(account, entry, pricing, rows[index])),
    at,
  );
  const quote = await api.get(`/billing/${at}`);
  const service = books.services.get(serviceId);
  if (service === undefined || (service.isDeleted && !isUnsettled(account))) {
    assert.equal(quote.status, 404, quote.text);
    return undefined;
  }
  assert.deepEqual(quote.json, quoteBody(account, service, account.entries.length, nowMs), at);
  return String(quote.headers.get('etag'));
}

/** The entries of an account, as the API lists them. */
export async function entriesIn(api: Api, { agent, serviceId }: AccountName): Promise<Answer[]> {
  const filter = `agent=${encodeURIComponent(agent)}&serviceId=${encodeURIComponent(serviceId)}`;
  return await pages(api, `/entries?${filter}`, 7);
}

/** Whether the entries of an account match the listed ones. Ids are compared if they are known. */
export function areListed(account: ModelAccount, rows: readonly Answer[]): boolean {
  if (account.entries.length !== rows.length) return false;
  return account.entries.every((entry, index) => {
    const { id, requests, usageId, priceVersion, ...rest } = entryRow(account, entry, xlm);
    const row = rows[index];
    const isSame =
      row.requests === requests &&
      row.usageId === usageId &&
      row.priceVersion === priceVersion &&
      isDeepStrictEqual(row.tiers, rest.tiers);
    return isSame && (id === undefined || row.id === id);
  });
}

/** An entry as the API lists it, without its later reversals and settlement. */
export function entryRow(account: ModelAccount, entry: ModelEntry, asset: ModelAsset) {
  const { id, sequence, parts, usageId, occurredAtMs, recordedAtMs, reverses, writesOff, drawn, begun } =
    entry;
  const { agent, serviceId } = account;
  const [only, ...others] = parts;
  const isXlm = asset.code === xlm.code;
  const priceVersion = only === undefined || only.version === 0 || others.length > 0 ? null : only.version;
  return {
    id,
    agent,
    serviceId,
    sequence,
    requests: requestsOf([entry]),
    ...quantityBody(requestsOf([entry]), account),
    priceVersion,
    usageId: usageId ?? null,
    occurredAt: occurredAtMs === undefined ? null : iso(occurredAtMs),
    recordedAt: iso(recordedAtMs),
    ...(reverses === undefined
      ? {}
      : {
          reverses: {
            ...reversesBody(account, entry),
            reason: reverses.entry === undefined ? null : 'wrong',
          },
        }),
    ...(writesOff === undefined ? {} : { writesOff: writesOffBody(writesOff, asset) }),
    ...(drawn === undefined ? {} : { drawn: amountText(drawn) }),
    ...(isXlm || (drawn ?? writesOff) === undefined ? {} : { asset: asset.code }),
    ...(begun === undefined ? {} : { tiers: tiersBody(only?.tiers ?? [], account.scale) }),
  };
}

/**
 * An entry as the API lists it, with its later reversals and settlement. If no answer has named the id of its bill, the
 * id of the row is used.
 */
function knownRow(account: ModelAccount, entry: ModelEntry, { asset, prices }: Pricing, row: Answer) {
  const { sequence, parts, reversed } = entry;
  const priceOf = (version: number) => prices[Math.max(version, 1) - 1];
  const amounts = parts.map((part) => {
    const price = priceOf(part.version);
    return price === undefined ? undefined : costOfPart(part, price, account.scale);
  });
  const isPriced = amounts.every((amount) => amount !== undefined);
  const [only, ...others] = parts;
  const isInTiers = parts.some(({ tiers }) => tiers !== undefined);
  const isAtOne = only !== undefined && others.length === 0 && !isInTiers;
  const price = isAtOne ? priceOf(only.version) : undefined;
  const bill = account.settlements.find(({ from, through }) => from < sequence && sequence <= through);
  return {
    ...entryRow(account, entry, asset),
    ...noPrice,
    ...(price === undefined ? {} : unitPriceBody(price.ofOne, asset)),
    ...(isPriced
      ? amountBody(
          amounts.reduce((sum: bigint, amount) => sum + (amount ?? 0n), 0n),
          asset,
        )
      : {}),
    asset: asset.code,
    settlementId: bill === undefined ? null : bill.id === unseenId ? row.settlementId : bill.id,
    reversed: reversed > 0 && leftOf(entry) === 0,
    reversedRequests: reversed,
  };
}

const noPrice = { priceStroops: null, price: null, amountStroops: null, amount: null };
