import type { Decision, Heavier, Moment } from './decision.ts';
import type { View } from './view.ts';
import type { TenantWants } from './wants.ts';

/**
 * The rules of a kind of command: what it reads, what it may create, and how it is decided. `F`: the facts that it can
 * produce.
 */
export interface CommandRules<C, F extends { readonly kind: string } = { readonly kind: string }> {
  /** whether it is refused without a decision while nothing new may be done */
  readonly isGated: boolean;
  /** Names what the decision reads. Pause, settings and webhooks every decision may read. */
  reads(command: C, wants: TenantWants): void;
  /** how many ids it may need, at the most: one for each thing that it may make */
  idsMax(command: C): number;
  /** how many acts of the audit log it can be, at the most */
  actsMax(command: C): number;
  /** its weight in a batch: the number of its items, or of accounts that it may settle */
  weight(command: C): number;
  /** whether it changes services, webhooks, API keys, or what the operator sets: one such command at a time in a tenant */
  changesTenant(command: C): boolean;
  decide(command: C, view: View, moment: Moment): Decision<F> | Heavier;
}

/** The rules of several kinds of command: a missing kind, or the rules of another, is an error of types. */
export type RulesOf<C extends { readonly kind: string }> = {
  readonly [K in C['kind']]: CommandRules<Extract<C, { readonly kind: K }>>;
};

/** The rules of most commands; each command states its differences. */
export const usually = {
  isGated: true,
  idsMax: () => 1,
  actsMax: () => 1,
  weight: () => 1,
  changesTenant: () => false,
} as const;

export const readsNothing = (): void => {};
