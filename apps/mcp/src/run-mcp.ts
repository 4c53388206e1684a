import { createBillonce } from '@billonce/client';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { listen } from './http-server.ts';
import { createMcpServer } from './mcp-server.ts';
import { help, type ProcessOptions, parseOptions } from './options.ts';

const misused = 2;

/**
 * Runs the MCP server with the arguments of a command line, and returns its exit code. On standard input and output it
 * runs until its client closes them.
 */
export async function runMcp(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const parsed = parseOptions(args, environment);
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(help);
      return 0;
    case 'invalid':
      process.stderr.write(`billonce mcp: ${parsed.mistake}\n\n${help}`);
      return misused;
    case 'valid':
      await serve(parsed.options);
      return 0;
  }
}

async function serve({
  http,
  url,
  apiKey,
  tenant,
  agent,
  isReadOnly,
  deadlineMs,
}: ProcessOptions): Promise<void> {
  const billonce = createBillonce({ url, apiKey, tenant, deadlineMs });
  const create = () => createMcpServer({ billonce, agent, isReadOnly });
  if (http === undefined) {
    if (process.stdin.isTTY) {
      console.error(
        'Billonce MCP waits for an MCP client on its standard input. Ctrl-C ends it; --help lists the options.',
      );
    }
    // Only messages of the protocol may go to the standard output.
    await create().connect(new StdioServerTransport());
    return;
  }
  const server = await listen(create, http);
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : http.port;
  console.error(`Billonce MCP listens on http://${http.host}:${port}/mcp`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      server.close();
      server.closeIdleConnections();
    });
  }
}
