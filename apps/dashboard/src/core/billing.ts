import { decimalOf, inXlm, type Money, moneyOf, negative, scaled, stroopPlaces, xlm } from './amount.ts';

/** What a quote or a bill comes to. In stroops only where its asset is XLM. */
export interface BillAmounts {
  readonly asset?: string | undefined;
  readonly amount?: string | undefined;
  readonly billedStroops?: string | undefined;
  readonly carried?: string | undefined;
  readonly carriedStroops?: string | undefined;
  readonly carriedOn?: string | undefined;
  readonly carriedOnStroops?: string | undefined;
  readonly credit?: string | undefined;
  readonly creditStroops?: string | undefined;
  /** absent if nothing was drawn from a prepaid balance */
  readonly prepaid?: { readonly cost: string; readonly paid: string } | undefined;
}

/** A line of a quote or a bill. */
export interface Line {
  readonly priceVersion: number;
  /** which tier of the price, from 1 */
  readonly tier?: number | undefined;
  /** the tier is charged in packages */
  readonly packages?: number | undefined;
  readonly requests: number;
  readonly price?: string | undefined;
  readonly priceStroops?: number | undefined;
  readonly amount?: string | undefined;
  readonly amountStroops?: string | undefined;
}

/** A price, in stroops for each request or as a decimal text for `per` units. */
export interface Priced {
  readonly asset?: string | undefined;
  readonly price?: string | undefined;
  readonly per?: number | undefined;
  readonly priceStroops?: number | undefined;
}

type Stated = readonly [amount: string | undefined, stroops: string | number | undefined];

function money([amount, stroops]: Stated, asset = xlm): Money {
  return amount === undefined ? inXlm(stroops ?? 0) : { amount, asset };
}

export const billed = (bill: BillAmounts): Money => money([bill.amount, bill.billedStroops], bill.asset);
export const carried = (bill: BillAmounts): Money => money([bill.carried, bill.carriedStroops], bill.asset);

/** What is left of a credit after a bill, as an amount below 0. */
export function carriedOn(bill: BillAmounts): Money {
  if (bill.carriedOn !== undefined || bill.carriedOnStroops !== undefined) {
    return money([bill.carriedOn, bill.carriedOnStroops], bill.asset);
  }
  const credit = money([bill.credit, bill.creditStroops], bill.asset);
  return isZero(credit) ? credit : { ...credit, amount: `-${credit.amount}` };
}

/** What the usage of a bill costs, and what of that was drawn from the balance, as an amount below 0. */
export function drawnOf({
  prepaid,
  asset = xlm,
}: BillAmounts): { readonly cost: Money; readonly paid: Money } | undefined {
  if (prepaid === undefined) return undefined;
  return { cost: moneyOf(prepaid.cost, asset), paid: negative(moneyOf(prepaid.paid, asset)) };
}

export const lineAmount = (line: Line, asset?: string): Money =>
  money([line.amount, line.amountStroops], asset);

export const linePrice = (line: Line, asset?: string): Money => money([line.price, line.priceStroops], asset);

/** What an entry adds to a bill; `undefined` while its service has no price. */
export function entryAmount(entry: {
  readonly asset?: string | undefined;
  readonly amount?: string | null | undefined;
  readonly amountStroops?: string | null | undefined;
}): Money | undefined {
  const { amount, amountStroops, asset } = entry;
  if (amount == null && amountStroops == null) return undefined;
  return money([amount ?? undefined, amountStroops ?? undefined], asset);
}

/** What a write-off takes off a credit. */
export const writtenOff = (of: {
  readonly asset?: string | undefined;
  readonly amount?: string | undefined;
  readonly stroops?: string | undefined;
}): Money => money([of.amount, of.stroops], of.asset);

/** The price of so many units. */
export function priceOf({ asset, price, per = 1, priceStroops }: Priced, units: bigint): Money {
  const stated = money([price, priceStroops], asset);
  const exact = (scaled(stated.amount) * units) / BigInt(price === undefined ? 1 : per);
  return { ...stated, amount: decimalOf(exact, stated.asset === xlm ? stroopPlaces : 0) };
}

export function isZero({ amount }: Money): boolean {
  return scaled(amount) === 0n;
}

/** The member of a settlement that says which amount is expected. */
export function expectation(
  bill: BillAmounts,
): { readonly expectedStroops: string } | { readonly expectedAmount: string } {
  if (bill.billedStroops !== undefined) return { expectedStroops: bill.billedStroops };
  return { expectedAmount: billed(bill).amount };
}
