import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import {
  agentParameter,
  key,
  type McpServerOptions,
  otherAgent,
  repeatable,
  requests,
  serviceId,
} from './parameters.ts';
import {
  captureHoldDescription,
  createHoldDescription,
  keyDescription,
  releaseHoldDescription,
} from './texts.ts';
import { captureHold, createHold, releaseHold } from './tools/hold-usage.ts';

const holdId = z.string().min(1).max(128).describe('`holdId` of `create_hold`.');

/** Adds the tools that reserve before the work, and capture or release after it. */
export function addHoldTools(server: McpServer, options: McpServerOptions): void {
  const { billonce } = options;
  server.registerTool(
    'create_hold',
    {
      title: 'Reserve',
      description: createHoldDescription,
      inputSchema: {
        agent: agentParameter(options.agent),
        serviceId,
        requests: requests.describe('How many units the work takes at most.'),
        key: key.optional().describe(keyDescription),
      },
      annotations: repeatable,
    },
    ({ key: given, ...usage }) => otherAgent(usage.agent, options) ?? createHold(billonce, usage, given),
  );
  server.registerTool(
    'capture_hold',
    {
      title: 'Capture a hold',
      description: captureHoldDescription,
      inputSchema: { holdId, requests: requests.describe('How many units the work took.') },
      annotations: repeatable,
    },
    (capture) => captureHold(billonce, options.agent, capture.holdId, capture.requests),
  );
  server.registerTool(
    'release_hold',
    {
      title: 'Release a hold',
      description: releaseHoldDescription,
      inputSchema: { holdId },
      annotations: repeatable,
    },
    (release) => releaseHold(billonce, options.agent, release.holdId),
  );
}
