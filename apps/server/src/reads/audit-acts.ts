import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ActsFinding } from '../domain/audit-finding.ts';
import type { Books } from './books.ts';

type ActBooks = Pick<Books, 'actCount' | 'actNumbers'>;

const pageRows = 1_000;
const differencesMax = 100;

/**
 * Looks for acts that are missing. Each act has a number in its tenant, from 1 without gaps, and how many there were is
 * kept in another row. Acts that are added meanwhile have higher numbers, and are not checked.
 */
export async function auditActs(books: ActBooks, tenant: string): Promise<ActsFinding> {
  const count = await countOf(books, tenant);
  const differences: string[] = [];
  const through = count ?? Number.MAX_SAFE_INTEGER;
  let last = 0;
  const expect = (number: number) => {
    if (number === last + 1 || differences.length === differencesMax) return;
    const range =
      number === last + 2 ? `act ${last + 1} is missing` : `acts ${last + 1} to ${number - 1} are missing`;
    differences.push(`${range} from the audit log`);
  };
  for (;;) {
    const numbers = await books.actNumbers(tenant, last, through, pageRows);
    for (const number of numbers) {
      expect(number);
      last = number;
    }
    if (numbers.length < pageRows) break;
    await nextTurn();
  }
  if (count !== undefined) expect(count + 1);
  const fault = await faultOfCount(books, tenant, count);
  return { logged: count ?? last, differences: fault === undefined ? differences : [fault, ...differences] };
}

/** The count of acts. It may be created, together with the first act, during this check. */
async function countOf(books: ActBooks, tenant: string): Promise<number | undefined> {
  const count = await books.actCount(tenant);
  if (count !== undefined || (await nextActAfter(books, tenant, 0)) === undefined) return count;
  return await books.actCount(tenant);
}

async function faultOfCount(
  books: ActBooks,
  tenant: string,
  count: number | undefined,
): Promise<string | undefined> {
  const beyond = await nextActAfter(books, tenant, count ?? 0);
  if (beyond === undefined) return undefined;
  const later = await books.actCount(tenant);
  if (later === undefined) return 'the count of the acts in the audit log is missing';
  return later < beyond ? `the audit log has act ${beyond}, and counts only ${later}` : undefined;
}

/** The number of the next act after a number. */
async function nextActAfter(books: ActBooks, tenant: string, after: number): Promise<number | undefined> {
  const [number] = await books.actNumbers(tenant, after, Number.MAX_SAFE_INTEGER, 1);
  return number;
}
