import type { Surroundings } from '../books/surroundings.ts';
import { exitCodes } from '../command-line/exit-codes.ts';
import { helpOf } from '../command-line/help.ts';
import { Misuse } from '../command-line/misuse.ts';
import { misuseText } from '../command-line/parse.ts';
import { move } from './move.ts';
import { MoveFault } from './move-fault.ts';
import { type MoveOptions, parseMoveOptions } from './options.ts';
import { type NewSecret, reportJson, reportText } from './report.ts';
import { openSecretsFile } from './secrets-file.ts';
import { moveSpec } from './spec.ts';

/** Runs `billonce move-from-agentpay`; returns the exit code of the process. */
export async function runMove(
  args: readonly string[],
  { print, complain, environment, progress }: Surroundings,
): Promise<number> {
  const options = optionsOf(args, environment, complain);
  if (options === undefined) return exitCodes.misused;
  if (options === 'help') {
    print(helpOf(moveSpec));
    return exitCodes.done;
  }
  const secrets: NewSecret[] = [];
  const { isDryRun, isJson, secretsFile } = options;
  const show = (secret: NewSecret) => {
    if (isJson) secrets.push(secret);
    else print(`webhook to ${secret.url} of tenant ${secret.tenant} has the secret ${secret.secret}\n`);
  };
  const warn = (text: string) => complain(`billonce move-from-agentpay: ${text}\n`);
  try {
    const onSecret = secretsFile === undefined || isDryRun ? show : openSecretsFile(secretsFile);
    const report = await move(options, { warn, onSecret, progress });
    print(isJson ? reportJson(report, isDryRun, secrets) : reportText(report, isDryRun));
    return report.isComplete ? exitCodes.done : exitCodes.incomplete;
  } catch (error) {
    if (!(error instanceof MoveFault) && !isSystemFault(error)) throw error;
    warn(`${error.message}\nNothing that is carried over is lost: fix this, and run the same command again.`);
    return exitCodes.failed;
  }
}

function optionsOf(
  args: readonly string[],
  environment: Surroundings['environment'],
  complain: (text: string) => void,
): MoveOptions | 'help' | undefined {
  try {
    return parseMoveOptions(args, environment);
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    complain(misuseText(moveSpec, error.message.split('\n')));
    return undefined;
  }
}

/** An error of the file of secrets. */
function isSystemFault(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}
