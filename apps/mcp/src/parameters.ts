import type { Billonce } from '@billonce/client';
import { z } from 'zod';
import { refused } from './tool-result.ts';

/** What a server offers. */
export interface McpServerOptions {
  readonly billonce: Billonce;
  /** the one agent that the tools act for; without it the model names the agent */
  readonly agent?: string | undefined;
  /** whether the model can only read */
  readonly isReadOnly?: boolean;
}

const keyLengthMin = 8;
const keyLengthMax = 128;

export const serviceId = z.string().min(1).max(128).describe('The service that was used.');
export const key = z
  .string()
  .min(keyLengthMin)
  .max(keyLengthMax)
  .regex(/^[\x21-\x7e]+$/, 'visible ASCII characters and no spaces');
export const readOnly = { readOnlyHint: true, openWorldHint: false } as const;
/** A repeated call with the same arguments has no further effect. */
export const repeatable = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
} as const;

export const requests = z.number().int().min(1).max(1_000_000).describe('How many units.');

/** The parameter that names the agent. */
export function agentParameter(fixed: string | undefined) {
  const agent = z.string().min(1).max(256);
  return fixed === undefined
    ? agent.describe('Who pays.')
    : agent.default(fixed).describe(`Who pays: "${fixed}", and no other.`);
}

/** Refuses a call for another agent than the fixed one. */
export function otherAgent(agent: string, { agent: fixed }: McpServerOptions) {
  if (fixed === undefined || agent === fixed) return undefined;
  return refused(`This server acts for the agent "${fixed}" only. Nothing was done.`);
}
