import Type, { type Static, type TSchema } from 'typebox';
import type { OperationSpec } from './operation-spec.ts';
import { activityOperations } from './operations/activity.ts';
import { agentsOperations } from './operations/agents.ts';
import { apiKeysOperations } from './operations/api-keys.ts';
import { assetsOperations } from './operations/assets.ts';
import { auditOperations } from './operations/audit.ts';
import { auditLogOperations } from './operations/audit-log.ts';
import { balancesOperations } from './operations/balances.ts';
import { callerOperations } from './operations/caller.ts';
import { creditsOperations } from './operations/credits.ts';
import { deliveriesOperations } from './operations/deliveries.ts';
import { docsOperations } from './operations/docs.ts';
import { entriesOperations } from './operations/entries.ts';
import { errorsOperations } from './operations/errors.ts';
import { eventsOperations } from './operations/events.ts';
import { healthOperations } from './operations/health.ts';
import { holdsOperations } from './operations/holds.ts';
import { idempotencyKeysOperations } from './operations/idempotency-keys.ts';
import { limitsOperations } from './operations/limits.ts';
import { metricsOperations } from './operations/metrics.ts';
import { pauseOperations } from './operations/pause.ts';
import { quotesOperations } from './operations/quotes.ts';
import { reconcileOperations } from './operations/reconcile.ts';
import { reversalsOperations } from './operations/reversals.ts';
import { servicesOperations } from './operations/services.ts';
import { settingsOperations } from './operations/settings.ts';
import { settlementsOperations } from './operations/settlements.ts';
import { statementsOperations } from './operations/statements.ts';
import { statsOperations } from './operations/stats.ts';
import { usageOperations } from './operations/usage.ts';
import { versionOperations } from './operations/version.ts';
import { webhooksOperations } from './operations/webhooks.ts';

/** Operations by their noun: the name of the files that have their schemas, their handlers and their commands. */
export const operationsByNoun = {
  usage: usageOperations,
  entries: entriesOperations,
  reversals: reversalsOperations,
  reconcile: reconcileOperations,
  quotes: quotesOperations,
  settlements: settlementsOperations,
  credits: creditsOperations,
  assets: assetsOperations,
  balances: balancesOperations,
  statements: statementsOperations,
  holds: holdsOperations,
  audit: auditOperations,
  services: servicesOperations,
  agents: agentsOperations,
  limits: limitsOperations,
  webhooks: webhooksOperations,
  deliveries: deliveriesOperations,
  events: eventsOperations,
  'api-keys': apiKeysOperations,
  'audit-log': auditLogOperations,
  pause: pauseOperations,
  settings: settingsOperations,
  metrics: metricsOperations,
  stats: statsOperations,
  activity: activityOperations,
  caller: callerOperations,
  version: versionOperations,
  'idempotency-keys': idempotencyKeysOperations,
  health: healthOperations,
  errors: errorsOperations,
  docs: docsOperations,
} as const satisfies Readonly<Record<string, Readonly<Record<string, OperationSpec>>>>;

/** The name of the files of an operation. */
export type Noun = keyof typeof operationsByNoun;

/** The groups in which a reader finds the operations, and the nouns of each. */
const nounsByTag: Readonly<Record<string, readonly Noun[]>> = {
  Usage: ['usage', 'entries', 'reversals', 'reconcile'],
  Billing: ['quotes', 'settlements', 'credits', 'statements', 'audit'],
  Services: ['services'],
  Agents: ['agents'],
  'Balances and holds': ['assets', 'balances', 'holds'],
  Limits: ['limits'],
  'Events and webhooks': ['webhooks', 'deliveries', 'events'],
  'Keys and operation': [
    'api-keys',
    'audit-log',
    'pause',
    'settings',
    'metrics',
    'stats',
    'activity',
    'caller',
    'version',
    'idempotency-keys',
    'health',
    'errors',
    'docs',
  ],
};

/** The groups in which a reader finds the operations. */
export const tags = Object.keys(nounsByTag);

/** The group of an operation. */
export function tagOf(name: string): string {
  return tags.find((tag) => nounsByTag[tag]?.some((noun) => name in operationsByNoun[noun])) ?? '';
}

/** The schema of the query or the body of an operation that takes none. */
export const NoMembers = Type.Object({}, { additionalProperties: false });

/** Every operation, by its name: routes, validation, types and the OpenAPI document are made from this. */
export const operations = {
  ...usageOperations,
  ...entriesOperations,
  ...reversalsOperations,
  ...reconcileOperations,
  ...quotesOperations,
  ...settlementsOperations,
  ...creditsOperations,
  ...assetsOperations,
  ...balancesOperations,
  ...statementsOperations,
  ...holdsOperations,
  ...auditOperations,
  ...servicesOperations,
  ...agentsOperations,
  ...limitsOperations,
  ...webhooksOperations,
  ...deliveriesOperations,
  ...eventsOperations,
  ...apiKeysOperations,
  ...auditLogOperations,
  ...pauseOperations,
  ...settingsOperations,
  ...metricsOperations,
  ...statsOperations,
  ...activityOperations,
  ...callerOperations,
  ...versionOperations,
  ...idempotencyKeysOperations,
  ...healthOperations,
  ...errorsOperations,
  ...docsOperations,
} as const satisfies Record<string, OperationSpec>;

/** The name of an operation. */
export type OperationName = keyof typeof operations;

/** The type of a part of an operation's request; `undefined` when it has no such part. */
export type RequestPart<
  N extends OperationName,
  P extends 'params' | 'query' | 'body',
> = (typeof operations)[N] extends { readonly [K in P]: infer S extends TSchema } ? Static<S> : undefined;

/** The statuses with which an operation succeeds. */
export type SuccessStatus<N extends OperationName> = keyof (typeof operations)[N]['successes'] & number;

/** The type of a success's body, from its schema. */
export type SuccessBody<Success> = Success extends { readonly schema: infer Schema extends TSchema }
  ? Static<Schema>
  : undefined;

/** A success of an operation, as the contract describes it. */
export type SuccessOf<
  N extends OperationName,
  S extends SuccessStatus<N>,
> = (typeof operations)[N]['successes'][S & keyof (typeof operations)[N]['successes']];
