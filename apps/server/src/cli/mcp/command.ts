import { exitCodes } from '../command-line/exit-codes.ts';

/** It loads packages that are no dependencies of the server, so that the server's installation stays small. */
const program = '@billonce/mcp/run';

type RunMcp = (args: readonly string[], environment: NodeJS.ProcessEnv) => Promise<number>;

/** Runs the MCP server, if what it needs is installed, and returns the exit code of the process. */
export async function runMcpCommand(
  args: readonly string[],
  { complain, environment }: { complain(text: string): void; environment: NodeJS.ProcessEnv },
): Promise<number> {
  const run = await load();
  if (run !== undefined) return await run(args, environment);
  complain(
    'billonce mcp: it needs two packages beside this one: npm install @modelcontextprotocol/sdk zod; in a clone, use: npm run mcp --\n',
  );
  return exitCodes.failed;
}

async function load(): Promise<RunMcp | undefined> {
  try {
    return parseModule(await import(program));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

function parseModule(loaded: { readonly runMcp?: unknown }): RunMcp {
  if (typeof loaded.runMcp !== 'function') throw new TypeError('@billonce/mcp has no runMcp');
  return loaded.runMcp as RunMcp;
}
