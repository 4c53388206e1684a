import type { Amount } from './amount.ts';
import type { Settlement } from './settlement.ts';
import type { AccountStatement, MovementSums } from './statement.ts';
import type { WriteOff } from './usage.ts';

/** Whose statement, and of which time: [fromMs, toMs). */
export interface StatementWanted {
  readonly tenant: string;
  readonly agent: string;
  readonly asset: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The prepaid money of an agent, and what is on no bill yet. */
export interface StatementSums {
  /** of the balance: what may be drawn or held */
  readonly available: Amount;
  /** what was used and is neither drawn nor billed; below 0 for credits */
  readonly unbilled: Amount;
}

/** The amount of a grant when it was made, or what was left of it when it expired or was voided. */
export interface GrantLine {
  readonly kind: 'granted' | 'refunded' | 'expired' | 'voided';
  readonly amount: Amount;
  readonly grantId: string;
  readonly note: string | undefined;
  /** of what a reversal returned: its entry */
  readonly entryId: string | undefined;
  readonly atMs: number;
}

/** What happened to the balance in the time of a statement. */
export interface BalanceStatement {
  readonly opening: Amount;
  readonly closing: Amount;
  readonly movements: MovementSums;
  readonly grants: readonly GrantLine[];
}

/** A write-off, and the place of its entry in its account. */
export interface PlacedWriteOff {
  readonly sequence: number;
  readonly writeOff: WriteOff;
}

/** What happened on one account in the time of a statement. */
export interface ServiceStatement extends AccountStatement {
  /** in how many decimal places its bills are rounded */
  readonly assetScale: number;
  readonly serviceId: string;
  /** the name that people have for what the service counts */
  readonly unit: string | undefined;
  readonly opening: Amount;
  readonly closing: Amount;
  readonly bills: readonly Settlement[];
  readonly writeOffs: readonly PlacedWriteOff[];
}

/** What happened to an agent in a time, over all services. */
export interface Statement extends StatementWanted {
  readonly opening: StatementSums;
  readonly closing: StatementSums;
  readonly movements: MovementSums;
  readonly grants: readonly GrantLine[];
  /** by service; only those on which something happened in this time */
  readonly services: readonly ServiceStatement[];
}

/** The most lines of a statement. */
export const statementLinesMax = 10_000;
/** The most movements of a balance that are added up for a statement. */
export const statementMovementsMax = 1_000_000;

/** How many lines an account has in a statement. */
export function linesOf({ charges, bills, writeOffs }: ServiceStatement): number {
  const lines = charges.reduce((sum, { tiered }) => sum + (tiered?.used.length ?? 1), 0);
  return lines + bills.length + writeOffs.length;
}
