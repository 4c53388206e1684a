import { createHash } from 'node:crypto';

/** How much was used: whole requests, or units as a decimal string. */
export type ToolUse = { readonly requests: number } | { readonly quantity: string };

/** The usage that a tool is to record. */
export type ToolUsage = ToolUse & { readonly agent: string; readonly serviceId: string };

/** The key of a call, and whether the model gave it. */
export interface UsageKey {
  readonly key: string;
  readonly isGiven: boolean;
  /** the id by which the server recognizes the usage: a key is unique for its agent, an id for its tenant */
  readonly usageId: string;
}

/**
 * The key of a call. Without one it is derived from the call, so that a model that lost the answer and its context gets
 * the same key when it repeats the call.
 */
export function usageKeyOf(usage: ToolUsage, given: string | undefined): UsageKey {
  const { agent, serviceId } = usage;
  const key = given ?? `auto-${digestOf(agent, serviceId, amountText(usage)).slice(0, 24)}`;
  return { key, isGiven: given !== undefined, usageId: usageIdOf(agent, key) };
}

/** How much was used, in canonical form: `12.50` is `12.5`, and `3.0` is 3. */
export function amountText(use: ToolUse): string {
  if ('requests' in use) return String(use.requests);
  const [whole = '', fraction = ''] = use.quantity.split('.');
  const places = fraction.replace(/0{1,6}$/, '');
  return `${BigInt(whole)}${places === '' ? '' : `.${places}`}`;
}

/** The usage id of an agent's key. */
export function usageIdOf(agent: string, key: string): string {
  return `mcp-${digestOf(agent, key)}`;
}

/** The idempotency key of a settlement: a bill is identified by its account and the last entry that it covers. */
export function settlementKeyOf(agent: string, serviceId: string, through: number): string {
  return `mcp-settle-${digestOf(agent, serviceId, String(through))}`;
}

function digestOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
