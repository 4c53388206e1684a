import type { RawAnswer } from '../harness/raw-http.ts';
import { type DocumentedOperation, listOf, parametersIn, recordOf } from './document.ts';
import type { Fuzzer } from './fuzzer.ts';
import { jsonOf } from './judgement.ts';
import { type FuzzRequest, type Pair, withoutHeader } from './request.ts';

/** They have nothing of another tenant, but of the server, of the caller, or of what it asked. */
const aboutNoTenant = new Set(['readChangelog', 'readCaller', 'readAllowance', 'readActivity']);
/** The tenant that has nothing. */
export const strangerTenant = 'other';
const idNames = ['id', 'prefix', 'eventId'];

/**
 * Sends requests about what a tenant has in the name of another one that has nothing: this one must see and change
 * nothing of it.
 *
 * @param stranger the headers of a tenant without anything
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

/** Writes that make something at a path with a name that may be new. */
const makers: ReadonlySet<string> = new Set([
  'createGrant',
  'createRefund',
  'putAsset',
  'putBilling',
  'putLimit',
]);

/** Reads, and writes about something that must be there already. */
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
  // CSV: no more than its head.
  if (!/^\s*[{[]/.test(body)) return body.trim().split('\n').length > 1 ? ['it tells of rows'] : [];
  return tellsOfSomething(jsonOf(body)) ? ['it tells of something'] : [];
}

/** Files that have rows also of a stranger, with what they say then. */
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

/** The time of the answer, and the one API key that the stranger has. */
const ownFacts: ReadonlySet<string> = new Set(['exportedAt', 'exportedTimestamp', 'totalApiKeys']);

/** What the log of administrative acts has of the stranger: that its key was made. */
function isOwnAct(item: unknown): boolean {
  const { action, tenant } = recordOf(item);
  return action === 'api_key.created' && tenant === strangerTenant;
}

/** The asset that every tenant has. */
function isBuiltIn(item: unknown): boolean {
  return recordOf(item)['builtIn'] === true;
}

/** A span of time in which the stranger used nothing. */
function isEmptySpan(item: unknown): boolean {
  const { from, to, ...sums } = recordOf(item);
  return typeof from === 'string' && typeof to === 'string' && !tellsOfSomething(sums);
}

/** How many acts the audit has of the stranger: the one that made its key. */
function isOwnCount(name: string, member: unknown): boolean {
  return name === 'logged' && member === 1;
}

/** Whether an answer has a number that is not 0, or an item of a list that is not an empty span. */
function tellsOfSomething(value: unknown): boolean {
  if (typeof value === 'number') return value !== 0;
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value))
    return !value.every((item) => isOwnAct(item) || isEmptySpan(item) || isBuiltIn(item));
  const { results, ...facts } = recordOf(value);
  const others = Object.entries(facts).filter(
    ([name, member]) => !ownFacts.has(name) && !isOwnCount(name, member),
  );
  // Those of a comparison are about what was sent: none of it may be known.
  const isKnown = listOf(results).some((result) => recordOf(result)['status'] !== 'missing');
  return isKnown || others.some(([, member]) => tellsOfSomething(member));
}
