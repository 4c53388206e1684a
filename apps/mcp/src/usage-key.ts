import { createHash } from 'node:crypto';

/** The usage that a tool is to record. */
export interface ToolUsage {
  readonly agent: string;
  readonly serviceId: string;
  readonly requests: number;
}

/** The key of a call, and whether the model gave it. */
export interface UsageKey {
  readonly key: string;
  readonly isGiven: boolean;
  /** by which the server recognizes the usage: a key is the agent's, an id is unique in the tenant */
  readonly usageId: string;
}

/**
 * The key of a call. Without one it is derived from the call, so that a model which lost the answer, and all that it
 * knew, gets the same key again by calling again.
 */
export function usageKeyOf(usage: ToolUsage, given: string | undefined): UsageKey {
  const { agent, serviceId, requests } = usage;
  const key = given ?? `auto-${digestOf(agent, serviceId, String(requests)).slice(0, 24)}`;
  return { key, isGiven: given !== undefined, usageId: usageIdOf(agent, key) };
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
