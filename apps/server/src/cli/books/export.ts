import { parseArgs } from 'node:util';
import { entryAnswer } from '../../domain/entry-answer.ts';
import { settlementAnswer } from '../../domain/settlement-answer.ts';
import { instantMs } from '../../domain/timestamps.ts';
import type { Books } from '../../reads/books.ts';
import { entriesCsv, jsonLines, settlementsCsv } from '../../reads/export-text.ts';
import { walkEntries } from '../../reads/walk-entries.ts';
import { walkSettlements } from '../../reads/walk-settlements.ts';
import { type ExportWish, exportFromServer } from './export-from-server.ts';
import { parseSource, type Source } from './source.ts';
import type { Surroundings } from './surroundings.ts';
import { writeWholeFile } from './whole-file.ts';

export const exportHelp = `Usage: billonce export entries|settlements FILE [options]

Writes the entries or the settlements of a tenant into the new file FILE: as CSV if its name ends in .csv, as JSON Lines if
it ends in .jsonl. A server may be writing meanwhile: what was recorded before the export began is in it. The file bears its
name only once it is whole and on disk.

  --source SOURCE    a database file, file:PATH, postgres://…, or the http:// or https:// URL of a server, whose API key is
                     in BILLONCE_API_KEY; DATABASE_URL unless it is given
  --tenant NAME      whose; it may be left out where there is one tenant only, or the API key says it
  --agent NAME       of this agent only
  --service NAME     of this service only
  --from TIME        recorded, or settled, at this time or later, like 2026-11-01T00:00:00Z
  --to TIME          and before this time
`;

const options = {
  source: { type: 'string' },
  tenant: { type: 'string' },
  agent: { type: 'string' },
  service: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

interface Order extends ExportWish {
  readonly target: string;
  readonly tenant: string | undefined;
  readonly source: Source;
}

/** Runs `billonce export`; gives what the process ends with: 0 done, 1 failed, 2 misused. */
export async function runExport(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { print, complain, environment } = surroundings;
  let order: Order | undefined;
  try {
    order = parseOrder(args, environment);
  } catch (error) {
    complain(`billonce export: ${error instanceof Error ? error.message : String(error)}\n\n${exportHelp}`);
    return 2;
  }
  if (order === undefined) {
    print(exportHelp);
    return 0;
  }
  try {
    const { source } = order;
    if (source.kind === 'server') await writeWholeFile(order.target, exportFromServer(source, order));
    else await exportFromDatabase(source, order);
  } catch (error) {
    complain(`billonce export: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
  print(`${order.target} has the ${order.what}\n`);
  return 0;
}

function parseOrder(args: readonly string[], environment: Surroundings['environment']): Order | undefined {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  if (values.help) return undefined;
  const [what, target, ...others] = positionals;
  if ((what !== 'entries' && what !== 'settlements') || target === undefined || others.length > 0) {
    throw new Error('name what to export, entries or settlements, and one file');
  }
  const format = /\.(csv|jsonl)$/.exec(target)?.[1];
  if (format !== 'csv' && format !== 'jsonl') throw new Error(`${target} must end in .csv or .jsonl`);
  const { tenant, agent, service: serviceId, from, to } = values;
  for (const time of [from, to]) {
    if (time !== undefined && !/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(time)) {
      throw new Error(`${time} is not a time like 2026-11-01T00:00:00Z`);
    }
  }
  const source = parseSource(values.source, tenant, environment);
  return { what, format, target, tenant, agent, serviceId, from, to, source };
}

async function exportFromDatabase(
  source: Extract<Source, { kind: 'database' }>,
  order: Order,
): Promise<void> {
  const { books, close } = await source.open();
  try {
    const tenant = await knownTenant(books, order.tenant);
    await writeWholeFile(order.target, textOf(books, tenant, order));
  } finally {
    await close();
  }
}

function textOf(books: Books, tenant: string, order: Order): AsyncGenerator<string> {
  const { agent, serviceId } = order;
  const from = order.from === undefined ? undefined : instantMs(order.from);
  const to = order.to === undefined ? undefined : instantMs(order.to);
  const isCsv = order.format === 'csv';
  switch (order.what) {
    case 'entries': {
      const anyTime = { occurredFromNs: undefined, occurredToNs: undefined, settlementId: undefined };
      const query = { tenant, agent, serviceId, recordedFromMs: from, recordedToMs: to, ...anyTime };
      const pages = walkEntries(books, query);
      return isCsv ? entriesCsv(pages) : jsonLines(pages, entryAnswer);
    }
    case 'settlements': {
      const pages = walkSettlements(books, { tenant, agent, serviceId, fromMs: from, toMs: to });
      return isCsv ? settlementsCsv(pages) : jsonLines(pages, settlementAnswer);
    }
  }
}

const tenantsPage = 1_000;

/** A name that is mistyped must not give an empty file that looks like a month without usage. */
async function knownTenant(books: Books, named: string | undefined): Promise<string> {
  let after = '';
  for (;;) {
    const tenants = await books.tenantsAfter(after, tenantsPage);
    const [only] = tenants;
    if (named === undefined) {
      if (only !== undefined && tenants.length === 1) return only;
      throw new Error(
        only === undefined ? 'there is no tenant' : 'there are several tenants: name one with --tenant',
      );
    }
    if (tenants.includes(named)) return named;
    const last = tenants.at(-1);
    if (last === undefined) throw new Error(`there is no tenant ${named}`);
    after = last;
  }
}
