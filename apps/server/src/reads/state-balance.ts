import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type BalanceStatement,
  type GrantLine,
  type StatementWanted,
  statementLinesMax,
  statementMovementsMax,
} from '../domain/agent-statement.ts';
import { balanceIn } from '../domain/billing.ts';
import type { Movement, MovementKind } from '../domain/movement.ts';
import { type MovementSums, noMovements, withMovements } from '../domain/statement.ts';
import type { Books } from './books.ts';
import { lastBefore } from './last-before.ts';

const pageRows = 1_000;
const ofGrants: readonly MovementKind[] = [
  'granted',
  'refunded',
  'expired',
  'voided',
] satisfies GrantLine['kind'][];

/** States the movements of a balance in a period; `undefined` if there are more than a statement may have. */
export async function stateBalance(
  books: Pick<Books, 'billing' | 'movementsAfter' | 'grant'>,
  { tenant, agent, asset, fromMs, toMs }: StatementWanted,
): Promise<BalanceStatement | undefined> {
  const name = { tenant, agent, asset };
  const { billing } = await books.billing(tenant, agent, 0);
  const last = billing === undefined ? 0 : balanceIn(billing, asset).movements;
  const movement = async (number: number): Promise<Movement | undefined> =>
    number === 0 ? undefined : (await books.movementsAfter(name, number - 1, 1))[0];
  const recordedAt = async (number: number) => (await movement(number))?.recordedAtMs;
  const from = await lastBefore(recordedAt, 0, last, fromMs);
  const to = await lastBefore(recordedAt, from, last, toMs);
  if (to - from > statementMovementsMax) return undefined;
  let movements: MovementSums = noMovements;
  const lines: Movement[] = [];
  for (let after = from; after < to; after += pageRows) {
    const page = await books.movementsAfter(name, after, Math.min(pageRows, to - after));
    movements = withMovements(movements, page);
    lines.push(...page.filter(({ kind }) => ofGrants.includes(kind)));
    if (lines.length > statementLinesMax) return undefined;
    await nextTurn();
  }
  const grants: GrantLine[] = [];
  for (const line of lines) grants.push(await grantLine(books, tenant, line));
  const [opening, closing] = [await movement(from), await movement(to)];
  return { opening: opening?.available ?? 0n, closing: closing?.available ?? 0n, movements, grants };
}

async function grantLine(
  books: Pick<Books, 'grant'>,
  tenant: string,
  { kind, amount, grantId, entryId, atMs }: Movement,
): Promise<GrantLine> {
  if (grantId === undefined || !isOfGrant(kind))
    throw new Error(`a movement of the kind ${kind} has no grant`);
  const owned = await books.grant(tenant, grantId);
  return { kind, amount, grantId, note: owned?.grant.note, entryId, atMs };
}

function isOfGrant(kind: MovementKind): kind is GrantLine['kind'] {
  return ofGrants.includes(kind);
}
