import { decimalOf, type Money, scaled } from './amount.ts';

/** Notes a number that was added up here and that a bill has otherwise. */
export function compare(differences: string[], what: string, ours: bigint, theirs: bigint): void {
  if (ours !== theirs) differences.push(`${what}: ${ours} added up here, ${theirs} on the bill`);
}

/** The same for an amount, here in 10^-18. */
export function compareAmounts(differences: string[], what: string, ours: bigint, theirs: Money): void {
  if (ours === scaled(theirs.amount)) return;
  differences.push(`${what}: ${decimalOf(ours)} added up here, ${theirs.amount} on the bill`);
}
