import type { Billonce } from '@billonce/client';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { refused } from './tool-result.ts';
import type { ToolUse } from './usage-key.ts';

/** The options of a server. */
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

/** The parameters for the amount of usage; a call has one of them. */
export function useParameters(what: string) {
  return {
    requests: z.number().int().min(1).max(1_000_000).optional().describe(`${what}, as a whole number.`),
    quantity: z
      .string()
      .regex(/^\d{1,13}(?:\.\d{1,6})?$/, 'a decimal string with at most 6 places')
      .optional()
      .describe(
        `${what}, as a decimal string such as "12.75": instead of \`requests\`, if the \`unitScale\` of the service is above 0.`,
      ),
  };
}

/** The amount of usage in a call, or a refusal if the call does not name exactly one. */
export function useIn({
  requests,
  quantity,
}: {
  readonly requests?: number | undefined;
  readonly quantity?: string | undefined;
}): ToolUse | CallToolResult {
  if (requests !== undefined && quantity === undefined) return { requests };
  if (quantity !== undefined && requests === undefined) return { quantity };
  return refused('Give either `requests` or `quantity`. Nothing was done.');
}

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
