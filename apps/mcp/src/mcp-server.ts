import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { addHoldTools } from './hold-tools.ts';
import {
  agentParameter,
  key,
  type McpServerOptions,
  otherAgent,
  readOnly,
  repeatable,
  serviceId,
  useIn,
  useParameters,
} from './parameters.ts';
import {
  balanceDescription,
  instructions,
  keyDescription,
  lookUpDescription,
  quoteDescription,
  recordDescription,
  settleDescription,
} from './texts.ts';
import { adviceOnRead, done, resultOf } from './tool-result.ts';
import { lookUpKey } from './tools/look-up-key.ts';
import { recordUsage } from './tools/record-usage.ts';
import { settleAccount } from './tools/settle-account.ts';

const listedMax = 50;

/** Creates an MCP server whose tools call a Billonce server. The caller connects it to a transport. */
export function createMcpServer(options: McpServerOptions): McpServer {
  const server = new McpServer({ name: 'billonce', version: '0.1.0' }, { instructions });
  addReads(server, options);
  if (options.isReadOnly !== true) {
    addWrites(server, options);
    addHoldTools(server, options);
  }
  return server;
}

function addWrites(server: McpServer, options: McpServerOptions): void {
  const { billonce } = options;
  const agent = agentParameter(options.agent);
  server.registerTool(
    'record_usage',
    {
      title: 'Record usage',
      description: recordDescription,
      inputSchema: {
        agent,
        serviceId,
        ...useParameters('How many units were used'),
        key: key.optional().describe(keyDescription),
      },
      annotations: repeatable,
    },
    ({ key: given, agent: who, serviceId: service, ...amount }) => {
      const use = useIn(amount);
      if ('content' in use) return use;
      const usage = { agent: who, serviceId: service, ...use };
      return otherAgent(who, options) ?? recordUsage(billonce, usage, given);
    },
  );
  server.registerTool(
    'settle_account',
    {
      title: 'Settle an account',
      description: settleDescription,
      inputSchema: {
        agent,
        serviceId,
        through: z.number().int().min(0).describe('`through` of the quote.'),
        billedStroops: z
          .string()
          .regex(/^\d{1,40}$/)
          .optional()
          .describe('`billedStroops` of the quote.'),
        amount: z
          .string()
          .regex(/^\d{1,18}(?:\.\d{1,18})?$/)
          .optional()
          .describe('`amount` of a quote that has no `billedStroops`.'),
      },
      annotations: repeatable,
    },
    (bill) => otherAgent(bill.agent, options) ?? settleAccount(billonce, bill),
  );
}

function addReads(server: McpServer, options: McpServerOptions): void {
  const { billonce } = options;
  const agent = agentParameter(options.agent);
  server.registerTool(
    'get_balance',
    {
      title: 'Show a balance',
      description: balanceDescription,
      inputSchema: { agent, asset: z.string().max(12).optional().describe('XLM without it.') },
      annotations: readOnly,
    },
    ({ agent: who, ...query }) =>
      otherAgent(who, options) ??
      resultOf(async () => done(await billonce.balances.get(who, given(query))), adviceOnRead),
  );
  server.registerTool(
    'get_quote',
    {
      title: 'Quote an account',
      description: quoteDescription,
      inputSchema: { agent, serviceId },
      annotations: readOnly,
    },
    (account) =>
      otherAgent(account.agent, options) ??
      resultOf(async () => done(await billonce.billing.quote(account)), adviceOnRead),
  );
  server.registerTool(
    'look_up_key',
    {
      title: 'Look up a key',
      description: lookUpDescription,
      inputSchema: { agent, key: key.describe('The key of the call.') },
      annotations: readOnly,
    },
    (call) => otherAgent(call.agent, options) ?? lookUpKey(billonce, call.agent, call.key),
  );
  server.registerTool(
    'list_settlements',
    {
      title: 'List bills',
      description: `Lists the first ${listedMax} bills of an agent, oldest first. Give \`from\` for later ones.`,
      inputSchema: {
        agent,
        serviceId: serviceId.optional(),
        from: z.string().optional().describe('Settled at this moment or later: 2026-11-27T00:00:00Z.'),
      },
      annotations: readOnly,
    },
    (filter) =>
      otherAgent(filter.agent, options) ??
      resultOf(async () => {
        const { items, hasMore } = await billonce.call('listSettlements', {
          query: { ...given(filter), limit: listedMax },
        });
        return done({ items, hasMore });
      }, adviceOnRead),
  );
  server.registerTool(
    'list_services',
    {
      title: 'List services',
      description: `Lists the first ${listedMax} services with their prices, by their ids.`,
      inputSchema: { prefix: z.string().max(128).optional().describe('How the id begins.') },
      annotations: readOnly,
    },
    ({ prefix }) =>
      resultOf(async () => {
        const query = { ...given({ prefix }), limit: listedMax };
        const { services, hasMore } = await billonce.call('listServices', { query });
        return done({ services, hasMore });
      }, adviceOnRead),
  );
}

/** The members that have a value. */
function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
