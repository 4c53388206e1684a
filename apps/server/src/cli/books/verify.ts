import { type AuditAnswer, assetBody } from '../../answers/audit.ts';
import { type ActsFinding, type BalancesFinding, countDifferences } from '../../domain/audit-finding.ts';
import type { LimitsFinding } from '../../domain/audit-limits.ts';
import { stroopsIn } from '../../domain/money.ts';
import { auditActs } from '../../reads/audit-acts.ts';
import { auditBalances } from '../../reads/audit-balances.ts';
import { auditBooks } from '../../reads/audit-books.ts';
import type { Books } from '../../reads/books.ts';
import { exitCodes } from '../command-line/exit-codes.ts';
import { moneyText, xlmText } from '../command-line/money.ts';
import { documentOf, type ServerSource } from './ask-server.ts';
import type { Source } from './source.ts';

const tenantsPage = 100;

/** The result of the audit of one tenant. */
interface Audited {
  readonly tenant: string;
  readonly ok: boolean;
  /** what was counted; absent where nothing was */
  readonly accounts?: number;
  readonly entries?: number;
  readonly settlements?: number;
  readonly recordedStroops?: string;
  readonly settledStroops?: string;
  /** in other assets than XLM, if there are some */
  readonly otherAssets?: AuditAnswer['otherAssets'];
  readonly acts?: number;
  readonly balances?: number;
  /** a sentence for each */
  readonly differences: readonly string[];
}

/** Shows results as they come: a large database takes long. */
interface Report {
  audited(result: Audited): void;
  unread(tenant: string, reason: string): void;
  end(differences: number): void;
}

/** Audits every tenant of a database, or the caller's own tenant on a server, and returns the exit code of the process. */
export async function verify(
  source: Source,
  isJson: boolean,
  print: (text: string) => void,
): Promise<number> {
  const report = isJson ? jsonReport(print) : textReport(print);
  if (source.kind === 'server') return ended(await auditServer(source, report), report);
  const { books, close } = await source.open();
  try {
    return ended(await auditAll(books, report), report);
  } finally {
    await close();
  }
}

function ended(differences: number, report: Report): number {
  report.end(differences);
  return differences === 0 ? exitCodes.done : exitCodes.incomplete;
}

function textReport(print: (text: string) => void): Report {
  return {
    audited: (result) => {
      // A tenant without accounts gets a line only if it has a difference.
      if (result.accounts === undefined && result.ok) return;
      print(`${result.ok ? 'ok' : 'DIFFERS'} ${result.tenant}: ${countsOf(result)}\n`);
      for (const difference of result.differences) print(`  ${difference}\n`);
    },
    unread: (tenant, reason) => print(`FAILED ${tenant}: ${reason}\n`),
    end: (differences) => print(differences === 0 ? 'the books are right\n' : `${differences} differences\n`),
  };
}

function countsOf({
  accounts,
  entries,
  settlements,
  recordedStroops = '0',
  settledStroops = '0',
  otherAssets = [],
  acts,
  balances,
}: Audited): string {
  const ofAccounts =
    accounts === undefined
      ? []
      : [
          `${accounts} accounts`,
          `${entries} entries`,
          `${settlements} settlements`,
          `${xlmText(recordedStroops)} recorded`,
          `${xlmText(settledStroops)} settled`,
          ...otherAssets.map(
            ({ asset, recorded, settled }) =>
              `${moneyText(recorded, asset)} recorded, ${moneyText(settled, asset)} settled`,
          ),
        ];
  const ofActs = acts === undefined ? [] : [`${acts} administrative acts`];
  const ofBalances = balances === undefined ? [] : [`${balances} balances`];
  return [...ofAccounts, ...ofActs, ...ofBalances].join(', ');
}

/** A line for each tenant, and one for all of them. */
function jsonReport(print: (text: string) => void): Report {
  const line = (document: object) => print(`${JSON.stringify(document)}\n`);
  return {
    audited: line,
    unread: (tenant, reason) => line({ tenant, error: 'failed', message: reason }),
    end: (differences) => line({ ok: differences === 0, differenceCount: differences }),
  };
}

/** Audits all tenants, including those that have only administrative acts, such as the operator. */
async function auditAll(books: Books, report: Report): Promise<number> {
  const audited = new Set<string>();
  const ofTenants = await auditEach(
    (after) => books.tenantsAfter(after, tenantsPage),
    (tenant) => {
      audited.add(tenant);
      return auditTenant(books, tenant, report);
    },
    report,
  );
  const ofActs = await auditEach(
    (after) => books.actTenantsAfter(after, tenantsPage),
    async (tenant) => (audited.has(tenant) ? 0 : await auditActsOf(books, tenant, report)),
    report,
  );
  const unread = ofTenants.unread + ofActs.unread;
  if (unread > 0) throw new Error(`the books of ${unread} tenants could not be read`);
  return ofTenants.differences + ofActs.differences;
}

/** Audits tenants page by page. If the books of one tenant cannot be read, the others are still audited. */
async function auditEach(
  tenantsAfter: (after: string) => Promise<readonly string[]>,
  audit: (tenant: string) => Promise<number>,
  report: Report,
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
        report.unread(tenant, error instanceof Error ? error.message : String(error));
      }
    }
    after = tenants.at(-1);
  }
  return { differences, unread };
}

/** Audits the acts and the balances of a tenant without accounts. */
async function auditActsOf(books: Books, tenant: string, report: Report): Promise<number> {
  const acts = await auditActs(books, tenant);
  const balances = await auditBalances(books, tenant);
  const differences = [...acts.differences, ...balanceLines(balances)];
  report.audited({
    tenant,
    ok: differences.length === 0,
    acts: acts.logged,
    ...(balances.count === 0 ? {} : { balances: balances.count }),
    differences,
  });
  return differences.length;
}

function balanceLines({ differences }: BalancesFinding): readonly string[] {
  return differences.map(({ agent, asset, message }) => `${agent} ${asset}: ${message}`);
}

async function auditTenant(books: Books, tenant: string, report: Report): Promise<number> {
  const found = await auditBooks(books, tenant);
  const { accounts, entries, settlements, recorded, settledStroops } = found;
  const count = countDifferences(found);
  report.audited({
    tenant,
    ok: count === 0,
    accounts,
    entries,
    settlements,
    recordedStroops: String(stroopsIn(recorded)),
    settledStroops: String(settledStroops),
    ...(found.otherAssets.length === 0 ? {} : { otherAssets: found.otherAssets.map(assetBody) }),
    acts: found.acts.logged,
    differences: [
      ...found.differences.map(({ agent, serviceId, message }) => `${agent} ${serviceId}: ${message}`),
      ...found.acts.differences,
      ...found.limits.differences,
      ...balanceLines(found.balances),
    ],
  });
  return count;
}

interface ServersAudit {
  readonly ok: boolean;
  readonly accounts: number;
  readonly entries: number;
  readonly settlements: number;
  readonly recorded: { readonly stroops: string };
  readonly settled: { readonly stroops: string };
  readonly otherAssets?: AuditAnswer['otherAssets'];
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

/** The server recomputes; this function shows the result. */
async function auditServer(server: ServerSource, report: Report): Promise<number> {
  const audit = parseAudit(await documentOf(server, '/audit'), server);
  const differences = [
    ...audit.differences.map(({ agent, serviceId, message }) => `${agent} ${serviceId}: ${message}`),
    ...(audit.acts?.differences ?? []),
    ...(audit.limits?.differences ?? []),
    ...(audit.balances === undefined ? [] : balanceLines(audit.balances)),
  ];
  report.audited({
    tenant: server.tenant ?? server.url,
    ok: audit.ok,
    accounts: audit.accounts,
    entries: audit.entries,
    settlements: audit.settlements,
    recordedStroops: audit.recorded.stroops,
    settledStroops: audit.settled.stroops,
    ...(audit.otherAssets === undefined ? {} : { otherAssets: audit.otherAssets }),
    ...(audit.acts === undefined ? {} : { acts: audit.acts.logged }),
    differences,
  });
  return audit.ok ? 0 : Math.max(1, differences.length);
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
