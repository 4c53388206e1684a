import { databaseEnvironment } from '../books/source.ts';
import type { Surroundings } from '../books/surroundings.ts';
import { exitCodes } from '../command-line/exit-codes.ts';
import { helpOf } from '../command-line/help.ts';
import { Misuse } from '../command-line/misuse.ts';
import { misuseText, parseWords } from '../command-line/parse.ts';
import { serveOptions, serveSpec } from './spec.ts';

type Environment = Surroundings['environment'];

/**
 * Runs `billonce serve`.
 *
 * @returns the exit code of the process, or a value that says that the process runs until the server ends it
 */
export async function runServe(
  args: readonly string[],
  { print, complain, environment }: Surroundings,
): Promise<number> {
  const { values, mistakes } = parseWords(serveSpec, serveOptions, args);
  if (values.help) {
    print(helpOf(serveSpec));
    return exitCodes.done;
  }
  const all = [...mistakes];
  let served: Environment = environment;
  try {
    served = databaseEnvironment(values.database, environment);
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    all.push(...error.message.split('\n'));
  }
  if (all.length > 0) {
    complain(misuseText(serveSpec, all));
    return exitCodes.misused;
  }
  // The server is large, and no other command needs it.
  const { serve } = await import('../../serve.ts');
  serve({
    ...served,
    ...(values.host === undefined ? {} : { HOST: values.host }),
    ...(values.port === undefined ? {} : { PORT: values.port }),
    ...(values.json ? { LOG_FORMAT: 'json' } : {}),
  });
  return exitCodes.done;
}
