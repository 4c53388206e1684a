import * as activity from './schemas/activity.ts';
import * as agents from './schemas/agents.ts';
import * as apiKeys from './schemas/api-keys.ts';
import * as assets from './schemas/assets.ts';
import * as audit from './schemas/audit.ts';
import * as auditLog from './schemas/audit-log.ts';
import * as balances from './schemas/balances.ts';
import * as caller from './schemas/caller.ts';
import * as credits from './schemas/credits.ts';
import * as deliveries from './schemas/deliveries.ts';
import * as docs from './schemas/docs.ts';
import * as entries from './schemas/entries.ts';
import * as errors from './schemas/errors.ts';
import * as events from './schemas/events.ts';
import * as health from './schemas/health.ts';
import * as holds from './schemas/holds.ts';
import * as idempotencyKeys from './schemas/idempotency-keys.ts';
import * as identifiers from './schemas/identifiers.ts';
import * as limits from './schemas/limits.ts';
import * as pages from './schemas/pages.ts';
import * as pause from './schemas/pause.ts';
import * as prices from './schemas/prices.ts';
import * as quantities from './schemas/quantities.ts';
import * as quotes from './schemas/quotes.ts';
import * as reconcile from './schemas/reconcile.ts';
import * as reversals from './schemas/reversals.ts';
import * as services from './schemas/services.ts';
import * as settings from './schemas/settings.ts';
import * as settlements from './schemas/settlements.ts';
import * as statements from './schemas/statements.ts';
import * as stats from './schemas/stats.ts';
import * as usage from './schemas/usage.ts';
import * as version from './schemas/version.ts';
import * as webhooks from './schemas/webhooks.ts';

/** Every file of `schemas`, by its name; a test compares them. */
export const schemaModules: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  activity,
  agents,
  'api-keys': apiKeys,
  assets,
  audit,
  'audit-log': auditLog,
  balances,
  caller,
  credits,
  deliveries,
  docs,
  entries,
  errors,
  events,
  health,
  holds,
  'idempotency-keys': idempotencyKeys,
  identifiers,
  limits,
  pages,
  pause,
  prices,
  quantities,
  quotes,
  reconcile,
  reversals,
  services,
  settings,
  settlements,
  statements,
  stats,
  usage,
  version,
  webhooks,
};

/** The names under which the document lists the bodies of errors. */
const documentedAs: Readonly<Record<string, string>> = { ErrorBody: 'Error', ProblemBody: 'Problem' };

/** The exported objects and unions, by identity. */
const namesOfSchemas = new Map<unknown, string>();
/** The same by their JSON: an optional member is a copy of its schema. */
const namesOfTexts = new Map<string, string>();
for (const exported of Object.values(schemaModules)) {
  for (const [name, schema] of Object.entries(exported)) {
    if (!isWorthAName(schema)) continue;
    const shown = documentedAs[name] ?? name;
    // Otherwise the document would describe one of the two schemas with the other one.
    const isTaken = [...namesOfSchemas].some(([one, taken]) => taken === shown && one !== schema);
    if (isTaken) throw new Error(`two schemas have the name ${shown}`);
    namesOfSchemas.set(schema, shown);
    if (!namesOfTexts.has(JSON.stringify(schema))) namesOfTexts.set(JSON.stringify(schema), shown);
  }
}

/**
 * Whether a schema gets a name. The schema of a text or a number, also if it may be null, is shown where it is used.
 */
function isWorthAName(schema: unknown): schema is object {
  if (typeof schema !== 'object' || schema === null) return false;
  if ('type' in schema && schema.type === 'object') return true;
  if (!('anyOf' in schema) || !Array.isArray(schema.anyOf)) return false;
  return !schema.anyOf.some((one: unknown) => JSON.stringify(one) === '{"type":"null"}');
}

/** The name of a schema of the contract; `undefined` for a schema that was created where it is used. */
export function nameOfSchema(schema: object): string | undefined {
  return namesOfSchemas.get(schema) ?? namesOfTexts.get(JSON.stringify(schema));
}
