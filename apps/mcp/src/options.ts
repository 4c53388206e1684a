import { parseArgs } from 'node:util';

/** How the process runs. */
export interface ProcessOptions {
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly tenant: string | undefined;
  readonly agent: string | undefined;
  readonly isReadOnly: boolean;
  /** how long a call may take, including all attempts */
  readonly deadlineMs: number;
  /** `undefined`: standard input and output */
  readonly http: HttpOptions | undefined;
}

/** Where the server listens, and the token that a caller must send. */
export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  readonly token: string | undefined;
}

export const help = `billonce mcp: an MCP server, with which a language model records usage on a Billonce server

usage: billonce mcp [options]

It speaks on its standard input and output, as MCP clients start it, or over HTTP with --http.

  --server URL     the Billonce server; BILLONCE_URL; http://127.0.0.1:3001
  --tenant NAME    for the admin key: the tenant; BILLONCE_TENANT
  --agent NAME     the one agent that the tools act for; without it the model names the agent
  --give-up-after SECONDS
                   how long a call may take, with all attempts; 45
  --read-only      no tools that record or settle
  --http PORT      listen on this port, at the path /mcp
  --host HOST      the address to listen on; 127.0.0.1. Any other one needs BILLONCE_MCP_TOKEN
  --help           print this

BILLONCE_API_KEY is the API key. With BILLONCE_MCP_TOKEN, a request over HTTP needs "Authorization: Bearer TOKEN".
`;

/** The result of reading the arguments and the environment. */
export type ParsedOptions =
  | { readonly kind: 'help' }
  | { readonly kind: 'invalid'; readonly mistake: string }
  | { readonly kind: 'valid'; readonly options: ProcessOptions };

const tokenLengthMin = 16;
const portMax = 65_535;
/** A model's client waits for a tool for about a minute. */
const giveUpSeconds = '45';
const giveUpSecondsMax = 3_600;
const words = {
  server: { type: 'string' },
  tenant: { type: 'string' },
  agent: { type: 'string' },
  'give-up-after': { type: 'string' },
  'read-only': { type: 'boolean' },
  http: { type: 'string' },
  host: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Reads the options of the process. */
export function parseOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ParsedOptions {
  try {
    const { values } = parseArgs({ args: [...args], options: words, strict: true });
    if (values.help === true) return { kind: 'help' };
    const variable = (name: string) => environment[name] || undefined;
    return {
      kind: 'valid',
      options: {
        url: values.server ?? variable('BILLONCE_URL') ?? 'http://127.0.0.1:3001',
        apiKey: variable('BILLONCE_API_KEY'),
        tenant: values.tenant ?? variable('BILLONCE_TENANT'),
        agent: values.agent,
        isReadOnly: values['read-only'] === true,
        deadlineMs: deadlineOf(values['give-up-after'] ?? giveUpSeconds),
        http: httpOf(values.http, values.host, variable('BILLONCE_MCP_TOKEN')),
      },
    };
  } catch (error) {
    return { kind: 'invalid', mistake: error instanceof Error ? error.message : String(error) };
  }
}

function deadlineOf(seconds: string): number {
  if (!/^\d{1,4}$/.test(seconds) || Number(seconds) < 1 || Number(seconds) > giveUpSecondsMax) {
    throw new RangeError(`--give-up-after must be a whole number of seconds from 1 to ${giveUpSecondsMax}`);
  }
  return Number(seconds) * 1000;
}

function httpOf(port: string | undefined, host = '127.0.0.1', token?: string): HttpOptions | undefined {
  if (port === undefined) return undefined;
  if (!/^\d{1,5}$/.test(port) || Number(port) > portMax)
    throw new RangeError(`--http must be a port from 0 to ${portMax}`);
  if (token !== undefined && token.length < tokenLengthMin) {
    throw new RangeError(`BILLONCE_MCP_TOKEN must have at least ${tokenLengthMin} characters`);
  }
  if (token === undefined && !['127.0.0.1', '::1', 'localhost'].includes(host)) {
    throw new RangeError(
      `--host ${host} needs BILLONCE_MCP_TOKEN: otherwise anyone who reaches it could record usage`,
    );
  }
  return { host, port: Number(port), token };
}
