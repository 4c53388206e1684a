import type { Billonce, CallOptions } from '@billonce/client';
import type { Surroundings } from '../books/surroundings.ts';
import type { Argument, CommandSpec, OptionTable, Values } from '../command-line/command.ts';
import { exitCodes } from '../command-line/exit-codes.ts';
import { helpOf } from '../command-line/help.ts';
import { misuseText, parseWords } from '../command-line/parse.ts';
import { apiKeyOf, serverOf, tenantOf } from '../command-line/settings.ts';
import { faultJson, faultText, isCallError, type RemoteAccess, RemoteServer } from './call-server.ts';
import { remoteEndings, remoteOptions } from './remote-options.ts';

/** A command that calls a server. */
export interface RemoteCommand {
  readonly spec: CommandSpec;
  run(args: readonly string[], surroundings: Surroundings): Promise<number>;
}

/** The arguments and options of a command; faults in them are added to `mistakes`. */
export interface Words<T extends OptionTable> {
  readonly values: Values<T>;
  readonly positionals: readonly string[];
  readonly mistakes: string[];
  /** of the command line, or of `BILLONCE_TENANT` */
  readonly tenant: string | undefined;
}

/** The result of a command. */
export interface Shown {
  /** what `--json` prints, each on its line */
  readonly documents: readonly unknown[];
  /** what is printed otherwise, in lines */
  readonly text: string;
  /** a remark for a person, which is not a part of the result */
  readonly note?: string | undefined;
  /** the exit code, if the command did not succeed */
  readonly ending?: 'failed';
}

/** Calls the server. */
export type Work = (client: Billonce, options: CallOptions) => Promise<Shown>;

/** The definition of one command. */
export interface RemoteDefinition<T extends OptionTable> {
  readonly name: string;
  readonly summary: string;
  readonly arguments?: readonly Argument[];
  readonly text: readonly string[];
  /** its options, in addition to those of every command that calls a server */
  readonly options: T;
  /** Checks the words before anything is sent. */
  plan(words: Words<T>): Work;
}

interface Parsed extends RemoteAccess {
  readonly work: Work;
  readonly isJson: boolean;
  readonly idempotencyKey: string | undefined;
}

/** Makes a command of its definition. */
export function remoteCommand<const T extends OptionTable>(definition: RemoteDefinition<T>): RemoteCommand {
  const { name, summary, text, options, arguments: given = [] } = definition;
  const spec: CommandSpec = {
    name,
    summary,
    arguments: given,
    text,
    groups: [{ title: 'Options', options: { ...options, ...remoteOptions } }],
    endings: remoteEndings,
  };
  const run = async (args: readonly string[], surroundings: Surroundings): Promise<number> => {
    const { print, complain } = surroundings;
    const parsed = parseRemote(spec, definition, args, surroundings.environment);
    if (parsed === 'help') {
      print(helpOf(spec));
      return exitCodes.done;
    }
    if ('mistakes' in parsed) {
      complain(misuseText(spec, parsed.mistakes));
      return exitCodes.misused;
    }
    return await runWork(spec, parsed, surroundings);
  };
  return { spec, run };
}

async function runWork(
  { name }: CommandSpec,
  { work, isJson, idempotencyKey, ...access }: Parsed,
  { print, complain, progress }: Surroundings,
): Promise<number> {
  const server = new RemoteServer(access, { progress });
  try {
    const {
      documents,
      text,
      note,
      ending = 'done',
    } = await work(server.client, idempotencyKey === undefined ? {} : { idempotencyKey });
    if (isJson) for (const document of documents) print(`${JSON.stringify(document)}\n`);
    else print(text);
    if (note !== undefined) complain(`billonce ${name}: ${note}\n`);
    return exitCodes[ending];
  } catch (error) {
    if (!isCallError(error)) throw error;
    const fault = server.faultOf(error);
    complain(isJson ? faultJson(fault) : `billonce ${name}: ${faultText(fault)}`);
    return exitCodes[fault.ending];
  }
}

function parseRemote<T extends OptionTable>(
  spec: CommandSpec,
  definition: RemoteDefinition<T>,
  args: readonly string[],
  environment: Surroundings['environment'],
): Parsed | 'help' | { readonly mistakes: readonly string[] } {
  const words = parseWords(spec, { ...definition.options, ...remoteOptions }, args);
  // The values of one table are those of both its parts.
  const all: object = words.values;
  const common = all as Values<typeof remoteOptions>;
  if (common.help) return 'help';
  if (words.areOptionsWrong) return { mistakes: words.mistakes };
  const mistakes = [...words.mistakes];
  const access = {
    server: serverOf(common.server, environment, mistakes),
    apiKey: apiKeyOf(common['api-key'], environment, mistakes),
    tenant: tenantOf(common.tenant, environment, mistakes),
  };
  const key: unknown = Reflect.get(all, 'idempotency-key');
  const idempotencyKey = typeof key === 'string' ? key : undefined;
  if (idempotencyKey !== undefined && !/^[\x21-\x7e]{1,255}$/.test(idempotencyKey))
    mistakes.push('--idempotency-key must be 1 to 255 visible ASCII characters');
  // A missing argument is reported only as missing.
  if (mistakes.length > 0) return { mistakes };
  const { positionals } = words;
  const { tenant } = access;
  const work = definition.plan({ values: all as Values<T>, positionals, mistakes, tenant });
  return mistakes.length > 0 ? { mistakes } : { ...access, work, isJson: common.json, idempotencyKey };
}
