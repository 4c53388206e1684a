import { auditBooks } from '../../reads/audit-books.ts';
import type { Books } from '../../reads/books.ts';
import { documentOf, type ServerSource, type Source } from './source.ts';

const tenantsPage = 100;

/** Audits every tenant of a database, or the caller's own of a server; gives 1 if anything differs. */
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
  return differences === 0 ? 0 : 1;
}

/** Audits all tenants. One whose books cannot be read does not keep the others from it. */
async function auditAll(books: Books, print: (text: string) => void): Promise<number> {
  let differences = 0;
  let unread = 0;
  let after = '';
  for (;;) {
    const tenants = await books.tenantsAfter(after, tenantsPage);
    for (const tenant of tenants) {
      try {
        differences += await auditTenant(books, tenant, print);
      } catch (error) {
        unread += 1;
        print(`FAILED ${tenant}: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
    const last = tenants.at(-1);
    if (last === undefined) break;
    after = last;
  }
  if (unread > 0) throw new Error(`the books of ${unread} tenants could not be read`);
  return differences;
}

async function auditTenant(books: Books, tenant: string, print: (text: string) => void): Promise<number> {
  const found = await auditBooks(books, tenant);
  const { accounts, entries, settlements, recordedStroops, settledStroops } = found;
  const outcome = found.differences.length === 0 ? 'ok' : 'DIFFERS';
  print(
    `${outcome} ${tenant}: ${accounts} accounts, ${entries} entries, ${settlements} settlements, ` +
      `${recordedStroops} stroops recorded, ${settledStroops} settled\n`,
  );
  for (const { agent, serviceId, message } of found.differences) {
    print(`  ${agent} ${serviceId}: ${message}\n`);
  }
  return found.differences.length;
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
}

/** The server recomputes; this prints what it found. */
async function auditServer(server: ServerSource, print: (text: string) => void): Promise<number> {
  const audit = parseAudit(await documentOf(server, '/audit'), server);
  print(
    `${audit.ok ? 'ok' : 'DIFFERS'} ${server.tenant ?? server.url}: ${audit.accounts} accounts, ${audit.entries} entries, ` +
      `${audit.settlements} settlements, ${audit.recorded.stroops} stroops recorded, ${audit.settled.stroops} settled\n`,
  );
  for (const { agent, serviceId, message } of audit.differences)
    print(`  ${agent} ${serviceId}: ${message}\n`);
  return audit.ok ? 0 : Math.max(1, audit.differences.length);
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
