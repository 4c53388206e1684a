import type { Surroundings } from '../books/surroundings.ts';
import type { CommandSpec } from '../command-line/command.ts';
import { exitCodes } from '../command-line/exit-codes.ts';
import { helpOf } from '../command-line/help.ts';
import { misuseText, parseWords } from '../command-line/parse.ts';
import { completionScript } from './script.ts';
import { completionOptions, completionSpec } from './spec.ts';

/** Runs `billonce completion`; returns the exit code of the process. */
export function runCompletion(
  args: readonly string[],
  { print, complain }: Surroundings,
  specs: readonly CommandSpec[],
): number {
  const { values, positionals, mistakes } = parseWords(completionSpec, completionOptions, args);
  if (values.help) {
    print(helpOf(completionSpec));
    return exitCodes.done;
  }
  const [shell = ''] = positionals;
  const isKnown = shell === 'bash' || shell === 'zsh';
  const all = mistakes.length > 0 || isKnown ? mistakes : [`${shell} is neither bash nor zsh`];
  if (all.length > 0 || !isKnown) {
    complain(misuseText(completionSpec, all));
    return exitCodes.misused;
  }
  print(completionScript(shell, specs));
  return exitCodes.done;
}
