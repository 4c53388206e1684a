import type { CommandSpec } from '../command-line/command.ts';

export const mcpSpec: CommandSpec = {
  name: 'mcp',
  summary: 'gives a language model tools that record usage and settle, over MCP',
  arguments: [],
  text: [
    'It needs two packages beside this one: npm install @modelcontextprotocol/sdk zod. Then billonce mcp --help prints its options. In a clone, npm run mcp -- installs and runs it.',
  ],
  groups: [],
  endings: {},
};
