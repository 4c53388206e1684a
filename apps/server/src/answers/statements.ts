import type { GrantLine, ServiceStatement, Statement, StatementSums } from '../domain/agent-statement.ts';
import { amountOfAtoms, formatPrice } from '../domain/amount.ts';
import { amountText } from '../domain/balance-events.ts';
import { quantityText } from '../domain/quantity.ts';
import type { Settlement } from '../domain/settlement.ts';
import type { Charge } from '../domain/statement.ts';
import { costOfPart, type TierPart } from '../domain/tiers.ts';
import { timestampOfMs } from '../domain/timestamps.ts';
import { entriesPath, grantPath, settlementPath } from './paths.ts';
import type { BodyOf, ItemOf, ReplyOf } from './reply.ts';
import { packagesShown } from './tiers.ts';

/** A statement as the caller sees it. */
export type StatementBody = BodyOf<'readStatement'>;

/** The time of a statement, as a filter of a list of entries takes it. */
interface Span {
  readonly from: string;
  readonly to: string;
}

export function statementBody(statement: Statement): StatementBody {
  const { agent, asset, fromMs, toMs, grants, services } = statement;
  const span = { from: timestampOfMs(fromMs), to: timestampOfMs(toMs) };
  return {
    agent,
    asset,
    ...span,
    opening: sumsBody(statement.opening),
    grants: grants.map((line) => grantBody(agent, line)),
    usage: services.flatMap((service) => usageBody(agent, service, span)),
    bills: services.flatMap(({ bills }) => bills.map(billBody)),
    writeOffs: services.flatMap((service) => writeOffsBody(agent, service, span)),
    totals: totalsBody(statement),
    closing: sumsBody(statement.closing),
  };
}

function sumsBody({ available, unbilled }: StatementSums): StatementBody['opening'] {
  return { available: amountText(available), unbilled: amountText(unbilled) };
}

function grantBody(
  agent: string,
  { kind, amount, grantId, note, entryId, atMs }: GrantLine,
): ItemOf<'readStatement', 'grants'> {
  return {
    kind,
    amount: amountText(amount),
    grantId,
    note: note ?? null,
    entryId: entryId ?? null,
    at: timestampOfMs(atMs),
    href: grantPath(agent, grantId),
  };
}

function usageBody(
  agent: string,
  { serviceId, unit, unitScale, charges, from, through }: ServiceStatement,
  span: Span,
): ItemOf<'readStatement', 'usage'>[] {
  return charges
    .flatMap((charge) => chargesByTier(charge, unitScale))
    .map((charge) => ({
      serviceId,
      unit: unit ?? null,
      priceVersion: charge.priceVersion === 0 ? null : charge.priceVersion,
      tier: charge.tier,
      ...packagesShown(charge.used),
      price: charge.price === undefined ? null : formatPrice(charge.price, 1),
      requests: charge.requests,
      quantity: quantityText(charge.requests, unitScale),
      amount: charge.amount === undefined ? null : amountText(charge.amount),
      reversedRequests: charge.reversedRequests,
      reversedQuantity: quantityText(charge.reversedRequests, unitScale),
      reversedPackages: packagesShown(charge.reversed).packages,
      reversedAmount: charge.reversedAmount === undefined ? null : amountText(charge.reversedAmount),
      afterSequence: from,
      throughSequence: through,
      href: entriesPath({ agent, serviceId }, span),
    }));
}

/** A charge at one price, or in one tier of it. */
interface TierCharge extends Charge {
  readonly tier: number | undefined;
  readonly used: TierPart | undefined;
  readonly reversed: TierPart | undefined;
}

/** One for each tier in which something was used, or taken back. */
function chargesByTier(charge: Charge, unitScale: number): TierCharge[] {
  const { tiered } = charge;
  if (tiered === undefined) return [{ ...charge, tier: undefined, used: undefined, reversed: undefined }];
  return tiered.used.flatMap((used, number) => {
    const reversed = tiered.reversed[number];
    if (reversed === undefined || (used.requests === 0 && reversed.requests === 0)) return [];
    return {
      ...charge,
      tier: number + 1,
      price: used.price,
      used,
      reversed,
      requests: used.requests,
      amount: costOfPart(used, unitScale),
      reversedRequests: reversed.requests,
      reversedAmount: costOfPart(reversed, unitScale),
    };
  });
}

function billBody({
  id,
  serviceId,
  billedStroops,
  assetScale,
  runId,
  settledAtMs,
}: Settlement): ItemOf<'readStatement', 'bills'> {
  return {
    settlementId: id,
    serviceId,
    amount: amountText(amountOfAtoms(billedStroops, assetScale)),
    runId: runId ?? null,
    at: timestampOfMs(settledAtMs),
    href: settlementPath(id),
  };
}

function writeOffsBody(
  agent: string,
  { serviceId, assetScale, writeOffs }: ServiceStatement,
  span: Span,
): ItemOf<'readStatement', 'writeOffs'>[] {
  return writeOffs.map(({ sequence, writeOff: { kind, stroops, reason } }) => ({
    serviceId,
    kind,
    amount: amountText(amountOfAtoms(stroops, assetScale)),
    reason,
    sequence,
    href: entriesPath({ agent, serviceId }, span),
  }));
}

function totalsBody({ movements, services }: Statement): StatementBody['totals'] {
  const charges = services.flatMap((service) => service.charges);
  return {
    granted: amountText(movements.granted),
    refunded: amountText(movements.refunded),
    drawn: amountText(movements.drawn),
    expired: amountText(movements.expired),
    voided: amountText(movements.voided),
    held: amountText(movements.held - movements.released),
    used: amountText(sumOf(charges.map(({ amount = 0n }) => amount))),
    reversed: amountText(sumOf(charges.map(({ reversedAmount = 0n }) => reversedAmount))),
    paid: amountText(sumOf(services.map(({ paid }) => paid))),
    billed: amountText(
      sumOf(
        services.map(({ bills, assetScale }) =>
          amountOfAtoms(sumOf(bills.map(({ billedStroops }) => billedStroops)), assetScale),
        ),
      ),
    ),
    writtenOff: amountText(
      sumOf(
        services.map(({ writeOffs, assetScale }) =>
          amountOfAtoms(sumOf(writeOffs.map(({ writeOff }) => writeOff.stroops)), assetScale),
        ),
      ),
    ),
  };
}

function sumOf(amounts: readonly bigint[]): bigint {
  return amounts.reduce((sum, amount) => sum + amount, 0n);
}

export function statementReply(statement: Statement): ReplyOf<'readStatement'> {
  return { status: 200, body: statementBody(statement) };
}
