import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import {
  agentParameter,
  key,
  type McpServerOptions,
  otherAgent,
  repeatable,
  serviceId,
  useIn,
  useParameters,
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
        ...useParameters('How many units the work takes at most'),
        key: key.optional().describe(keyDescription),
      },
      annotations: repeatable,
    },
    ({ key: given, agent, serviceId: service, ...amount }) => {
      const use = useIn(amount);
      if ('content' in use) return use;
      const usage = { agent, serviceId: service, ...use };
      return otherAgent(agent, options) ?? createHold(billonce, usage, given);
    },
  );
  server.registerTool(
    'capture_hold',
    {
      title: 'Capture a hold',
      description: captureHoldDescription,
      inputSchema: { holdId, ...useParameters('How many units the work took') },
      annotations: repeatable,
    },
    ({ holdId: held, ...amount }) => {
      const use = useIn(amount);
      return 'content' in use ? use : captureHold(billonce, options.agent, held, use);
    },
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
