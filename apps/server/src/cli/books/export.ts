import { knownEntryBody } from '../../answers/entries.ts';
import { settlementBody } from '../../answers/settlements.ts';
import { instantMs } from '../../domain/timestamps.ts';
import type { Books } from '../../reads/books.ts';
import { csvText, entriesCsv, jsonLines, settlementsCsv } from '../../reads/export-text.ts';
import { withStates } from '../../reads/state-entries.ts';
import { walkEntries } from '../../reads/walk-entries.ts';
import { walkSettlements } from '../../reads/walk-settlements.ts';
import { exitCodes } from '../command-line/exit-codes.ts';
import { Misuse } from '../command-line/misuse.ts';
import { parseWords } from '../command-line/parse.ts';
import { tenantOf } from '../command-line/settings.ts';
import { type ExportWish, exportFromServer } from './export-from-server.ts';
import { type Source, sourceOf } from './source.ts';
import { exportOptions, exportSpec } from './specs.ts';
import type { Surroundings } from './surroundings.ts';
import { writeWholeFile } from './whole-file.ts';

interface Order extends ExportWish {
  readonly target: string;
  readonly tenant: string | undefined;
  readonly source: Source;
  readonly isJson: boolean;
}

/**
 * Reads the words of `billonce export`, and returns the work to do.
 *
 * @throws {Misuse} if any word is wrong
 */
export function runExport(
  args: readonly string[],
  { print, environment, progress }: Surroundings,
): 'help' | (() => Promise<number>) {
  const order = parseOrder(args, environment);
  if (order === 'help') return 'help';
  return async () => {
    const { source } = order;
    if (source.kind === 'server')
      await writeWholeFile(order.target, exportFromServer(source, order), progress);
    else await exportFromDatabase(source, order, progress);
    const { target, what } = order;
    print(order.isJson ? `${JSON.stringify({ file: target, what })}\n` : `${target} has the ${what}\n`);
    return exitCodes.done;
  };
}

function parseOrder(args: readonly string[], environment: Surroundings['environment']): Order | 'help' {
  const words = parseWords(exportSpec, exportOptions, args);
  const { values, positionals } = words;
  if (values.help) return 'help';
  const mistakes = [...words.mistakes];
  const [what = '', target = ''] = positionals;
  const [wanted, format] = [whatOf(what), /\.(csv|jsonl)$/.exec(target)?.[1]];
  if (mistakes.length === 0) {
    if (wanted === undefined) mistakes.push(`${what} is neither entries nor settlements`);
    if (format === undefined) mistakes.push(`${target} must end in .csv or .jsonl`);
  }
  const { agent, service: serviceId, from, to } = values;
  for (const [name, time] of Object.entries({ from, to })) {
    if (time !== undefined && !/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(time))
      mistakes.push(`--${name} is ${time}: it takes a time like 2026-11-01T00:00:00Z`);
  }
  const tenant = tenantOf(values.tenant, environment, mistakes);
  if (mistakes.length > 0 || wanted === undefined) throw new Misuse(mistakes.join('\n'));
  const either = values.source === undefined ? undefined : { name: '--source', value: values.source };
  const source = sourceOf({ ...values, either }, environment);
  return {
    what: wanted,
    format: format === 'csv' ? 'csv' : 'jsonl',
    target,
    tenant,
    agent,
    serviceId,
    from,
    to,
    source,
    isJson: values.json,
  };
}

function whatOf(word: string): ExportWish['what'] | undefined {
  return word === 'entries' || word === 'settlements' ? word : undefined;
}

async function exportFromDatabase(
  source: Extract<Source, { kind: 'database' }>,
  order: Order,
  progress: Surroundings['progress'],
): Promise<void> {
  const { books, close } = await source.open();
  try {
    const tenant = await knownTenant(books, order.tenant);
    await writeWholeFile(order.target, textOf(books, tenant, order), progress);
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
      const anyTime = {
        occurredFromNs: undefined,
        occurredToNs: undefined,
        settlementId: undefined,
        usageId: undefined,
      };
      const query = { tenant, agent, serviceId, recordedFromMs: from, recordedToMs: to, ...anyTime };
      const pages = withStates(books, tenant, walkEntries(books, query));
      return isCsv ? csvText(entriesCsv, pages) : jsonLines(pages, knownEntryBody);
    }
    case 'settlements': {
      const pages = walkSettlements(books, { tenant, agent, serviceId, fromMs: from, toMs: to });
      return isCsv ? csvText(settlementsCsv, pages) : jsonLines(pages, settlementBody);
    }
  }
}

const tenantsPage = 1_000;

/** A mistyped name must not produce an empty file that looks like a month without usage. */
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
