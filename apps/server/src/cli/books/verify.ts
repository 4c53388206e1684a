import { type ActsFinding, type BalancesFinding, countDifferences } from '../../domain/audit-finding.ts';
import type { LimitsFinding } from '../../domain/audit-limits.ts';
import { stroopsIn } from '../../domain/money.ts';
import { auditActs } from '../../reads/audit-acts.ts';
import { auditBalances } from '../../reads/audit-balances.ts';
import { auditBooks } from '../../reads/audit-books.ts';
import type { Books } from '../../reads/books.ts';
import { exitCodes } from '../command-line/exit-codes.ts';
import { documentOf, type ServerSource } from './ask-server.ts';
import type { Source } from './source.ts';

const tenantsPage = 100;

/** Audits every tenant of a database, or the caller's own tenant on a server, and returns the exit code of the process. */
export async function verify(source: Source, print: (text: string) => void): Promise<number> {
  if (source.kind === 'server') return ended(await auditServer(source, print), print);
  const { books, close } = await source.open();
  try {
    return ended(await auditAll(books, print), print);
  } finally {
    await close();
  }
}

function ended(differences: number, print: (text: string) => void): number {
  print(differences === 0 ? 'the books are right\n' : `${differences} differences\n`);
  return differences === 0 ? exitCodes.done : exitCodes.incomplete;
}

/** Audits all tenants, including those that have only administrative acts, such as the operator. */
async function auditAll(books: Books, print: (text: string) => void): Promise<number> {
  const audited = new Set<string>();
  const ofTenants = await auditEach(
    (after) => books.tenantsAfter(after, tenantsPage),
    (tenant) => {
      audited.add(tenant);
      return auditTenant(books, tenant, print);
    },
    print,
  );
  const ofActs = await auditEach(
    (after) => books.actTenantsAfter(after, tenantsPage),
    async (tenant) => (audited.has(tenant) ? 0 : await auditActsOf(books, tenant, print)),
    print,
  );
  const unread = ofTenants.unread + ofActs.unread;
  if (unread > 0) throw new Error(`the books of ${unread} tenants could not be read`);
  return ofTenants.differences + ofActs.differences;
}

/** Audits tenants page by page. If the books of one tenant cannot be read, the others are still audited. */
async function auditEach(
  tenantsAfter: (after: string) => Promise<readonly string[]>,
  audit: (tenant: string) => Promise<number>,
  print: (text: string) => void,
): Promise<{ readonly differences: number; readonly unread: number }> {
  let differences = 0;
  let unread = 0;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const tenants: readonly string[] = await tenantsAfter(after);
    for (const tenant of tenants) {
      try {
        differences += await audit(tenant);
      } catch (error) {
        unread += 1;
        print(`FAILED ${tenant}: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
    after = tenants.at(-1);
  }
  return { differences, unread };
}

/** Audits the acts and the balances of a tenant without accounts: prints only a difference. */
async function auditActsOf(books: Books, tenant: string, print: (text: string) => void): Promise<number> {
  const acts = await auditActs(books, tenant);
  const balances = await auditBalances(books, tenant);
  if (acts.differences.length + balances.differences.length > 0) {
    const counted = balances.count === 0 ? '' : `, ${balances.count} balances`;
    print(`DIFFERS ${tenant}: ${acts.logged} administrative acts${counted}\n`);
  }
  return printOthers(acts, print) + printBalances(balances, print);
}

function printBalances({ differences }: BalancesFinding, print: (text: string) => void): number {
  for (const { agent, asset, message } of differences) print(`  ${agent} ${asset}: ${message}\n`);
  return differences.length;
}

function printOthers(
  { differences }: Pick<ActsFinding, 'differences'>,
  print: (text: string) => void,
): number {
  for (const message of differences) print(`  ${message}\n`);
  return differences.length;
}

async function auditTenant(books: Books, tenant: string, print: (text: string) => void): Promise<number> {
  const found = await auditBooks(books, tenant);
  const { accounts, entries, settlements, recorded, settledStroops } = found;
  const differences = countDifferences(found);
  const outcome = differences === 0 ? 'ok' : 'DIFFERS';
  print(
    `${outcome} ${tenant}: ${accounts} accounts, ${entries} entries, ${settlements} settlements, ` +
      `${stroopsIn(recorded)} stroops recorded, ${settledStroops} settled, ${found.acts.logged} administrative acts\n`,
  );
  for (const { agent, serviceId, message } of found.differences) {
    print(`  ${agent} ${serviceId}: ${message}\n`);
  }
  printOthers(found.acts, print);
  printOthers(found.limits, print);
  printBalances(found.balances, print);
  return differences;
}

interface ServersAudit {
  readonly ok: boolean;
  readonly accounts: number;
  readonly entries: number;
  readonly settlements: number;
  readonly recorded: { readonly stroops: string };
  readonly settled: { readonly stroops: string };
  readonly differences: readonly {
    readonly agent: string;
    readonly serviceId: string;
    readonly message: string;
  }[];
  /** missing in the answer of an older server */
  readonly acts?: ActsFinding;
  readonly limits?: LimitsFinding;
  readonly balances?: BalancesFinding;
}

/** The server recomputes; this function prints the result. */
async function auditServer(server: ServerSource, print: (text: string) => void): Promise<number> {
  const audit = parseAudit(await documentOf(server, '/audit'), server);
  print(
    `${audit.ok ? 'ok' : 'DIFFERS'} ${server.tenant ?? server.url}: ${audit.accounts} accounts, ${audit.entries} entries, ` +
      `${audit.settlements} settlements, ${audit.recorded.stroops} stroops recorded, ${audit.settled.stroops} settled` +
      `${audit.acts === undefined ? '' : `, ${audit.acts.logged} administrative acts`}\n`,
  );
  for (const { agent, serviceId, message } of audit.differences)
    print(`  ${agent} ${serviceId}: ${message}\n`);
  const missing = [audit.acts, audit.limits].reduce(
    (sum, found) => (found === undefined ? sum : sum + printOthers(found, print)),
    0,
  );
  const ofBalances = audit.balances === undefined ? 0 : printBalances(audit.balances, print);
  return audit.ok ? 0 : Math.max(1, audit.differences.length + missing + ofBalances);
}

function parseAudit(found: unknown, { url }: ServerSource): ServersAudit {
  const isAudit =
    typeof found === 'object' &&
    found !== null &&
    typeof Reflect.get(found, 'ok') === 'boolean' &&
    Array.isArray(Reflect.get(found, 'differences'));
  if (!isAudit) throw new Error(`${url} is not a Billonce server`);
  return found as ServersAudit;
}
