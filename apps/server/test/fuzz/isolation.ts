import type { RawAnswer } from '../harness/raw-http.ts';
import { type DocumentedOperation, listOf, parametersIn, recordOf } from './document.ts';
import type { Fuzzer } from './fuzzer.ts';
import { jsonOf } from './judgement.ts';
import { type FuzzRequest, type Pair, withoutHeader } from './request.ts';

/**
 * Operations whose answers contain nothing of another tenant: only facts about the server, the caller or the request.
 */
const aboutNoTenant = new Set(['readChangelog', 'readCaller', 'readAllowance', 'readActivity']);
/** A tenant without any data. */
export const strangerTenant = 'other';
const idNames = ['id', 'prefix', 'eventId'];

/**
 * Sends requests about the data of a tenant in the name of a tenant without data, which must not see or change any of
 * it.
 *
 * @param stranger the headers of the tenant without data
 */
export async function runIsolated(
  fuzzer: Fuzzer,
  operations: readonly DocumentedOperation[],
  stranger: readonly Pair[],
  rounds: number,
): Promise<void> {
  const asked = operations.filter(
    (operation) => !operation.isOpen && makesNothing(operation) && !aboutNoTenant.has(operation.id),
  );
  for (let round = 0; round < rounds; round++) {
    for (const operation of asked) {
      const request = inTheNameOf(fuzzer.draw(operation), stranger);
      const answer = await fuzzer.send(request);
      const found = complaintsOfStranger(operation, answer);
      if (found.length > 0) fuzzer.fail({ what: 'by another tenant', request }, answer, found);
    }
  }
}

/** Writes that create an object at a path, where the name may be new. */
const makers: ReadonlySet<string> = new Set([
  'createGrant',
  'createRefund',
  'putAsset',
  'putBilling',
  'putLimit',
]);

/** Whether an operation reads, or writes to something that must exist already. */
function makesNothing(operation: DocumentedOperation): boolean {
  if (makers.has(operation.id)) return false;
  const isRead = !operation.takesKey;
  return isRead || parametersIn(operation, 'path').length > 0 || operation.path.startsWith('/api/v1/settle');
}

function inTheNameOf(request: FuzzRequest, stranger: readonly Pair[]): FuzzRequest {
  const bare = ['X-API-Key', 'Authorization', 'X-Tenant'].reduce(withoutHeader, request);
  return { ...bare, headers: [...bare.headers, ...stranger] };
}

function complaintsOfStranger(operation: DocumentedOperation, { status, body }: RawAnswer): string[] {
  if (status >= 500) return [`the status is ${status}`];
  if (status >= 400 || isBuiltIn(jsonOf(body))) return [];
  const namesOne = parametersIn(operation, 'path').some(({ name }) => idNames.includes(name));
  if (namesOne) return ['what belongs to another tenant is there'];
  const isOwn = emptyFiles[operation.id];
  if (isOwn !== undefined) return isOwn(body) ? [] : ['it tells of rows'];
  // CSV must have only its header line.
  if (!/^\s*[{[]/.test(body)) return body.trim().split('\n').length > 1 ? ['it tells of rows'] : [];
  return tellsOfSomething(jsonOf(body)) ? ['it tells of something'] : [];
}

/** Files that have rows even for a tenant without data, and what these rows must contain. */
const emptyFiles: Readonly<Record<string, (body: string) => boolean>> = {
  // The opening and the closing balance are 0.
  exportStatementCsv: (body) => {
    const [, ...rows] = body.trim().split('\r\n');
    return rows.length === 2 && rows.every((row) => row.endsWith(',,,,0,0,,,'));
  },
  printStatement: (body) => {
    const cells = [...body.matchAll(/<td class="n">([^<]*)<\/td>/g)].map(([, text]) => text);
    return body.match(/<tr/g)?.length === 3 && cells.every((text) => text === '' || text === '0');
  },
};

/** The time of the answer, and the tenant's single API key. */
const ownFacts: ReadonlySet<string> = new Set(['exportedAt', 'exportedTimestamp', 'totalApiKeys']);

/** The only administrative act of that tenant: its key was created. */
function isOwnAct(item: unknown): boolean {
  const { action, tenant } = recordOf(item);
  return action === 'api_key.created' && tenant === strangerTenant;
}

/** The asset that every tenant has. */
function isBuiltIn(item: unknown): boolean {
  return recordOf(item)['builtIn'] === true;
}

/** A span of time without usage. */
function isEmptySpan(item: unknown): boolean {
  const { from, to, ...sums } = recordOf(item);
  return typeof from === 'string' && typeof to === 'string' && !tellsOfSomething(sums);
}

/** The number of acts that the audit counts for the tenant: one, for the creation of its key. */
function isOwnCount(name: string, member: unknown): boolean {
  return name === 'logged' && member === 1;
}

/** Whether an answer has a number other than 0, or a list item that is not an empty span. */
function tellsOfSomething(value: unknown): boolean {
  if (typeof value === 'number') return value !== 0;
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value))
    return !value.every((item) => isOwnAct(item) || isEmptySpan(item) || isBuiltIn(item));
  const { results, ...facts } = recordOf(value);
  const others = Object.entries(facts).filter(
    ([name, member]) => !ownFacts.has(name) && !isOwnCount(name, member),
  );
  // The items of a comparison are the caller's own. None of them may be known.
  const isKnown = listOf(results).some((result) => recordOf(result)['status'] !== 'missing');
  return isKnown || others.some(([, member]) => tellsOfSomething(member));
}
