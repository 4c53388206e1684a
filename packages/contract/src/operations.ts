import Type, { type Static, type TSchema } from 'typebox';
import { agentsOperations } from './operations/agents.ts';
import { billingOperations } from './operations/billing.ts';
import { creditsOperations } from './operations/credits.ts';
import type { Operation } from './operations/operation.ts';
import { serverOperations } from './operations/server.ts';
import { servicesOperations } from './operations/services.ts';
import { usageOperations } from './operations/usage.ts';
import { webhooksOperations } from './operations/webhooks.ts';

const operationsByTag: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  Usage: usageOperations,
  Billing: { ...billingOperations, ...creditsOperations },
  Services: servicesOperations,
  Agents: agentsOperations,
  'Events and webhooks': webhooksOperations,
  'Keys and operation': serverOperations,
};

/** The groups in which a reader finds the operations. */
export const tags = Object.keys(operationsByTag);

/** The group of an operation. */
export function tagOf(name: string): string {
  return tags.find((tag) => name in (operationsByTag[tag] ?? {})) ?? '';
}

/** The query, or the body, of an operation that takes none. */
export const NoMembers = Type.Object({}, { additionalProperties: false });

/** Every operation, by its name: routes, validation, types and the OpenAPI document are made from this. */
export const operations = {
  ...usageOperations,
  ...billingOperations,
  ...creditsOperations,
  ...servicesOperations,
  ...agentsOperations,
  ...webhooksOperations,
  ...serverOperations,
} as const satisfies Record<string, Operation>;

/** The name of an operation. */
export type OperationName = keyof typeof operations;

/** The type of a part of an operation's request; `undefined` when it has no such part. */
export type RequestPart<
  N extends OperationName,
  P extends 'params' | 'query' | 'body',
> = (typeof operations)[N] extends { readonly [K in P]: infer S extends TSchema } ? Static<S> : undefined;
