import { type CommandSpec, choicesOf, optionsOf } from '../command-line/command.ts';

/** The words that can follow in a command, for any shell. */
export interface CommandWords {
  readonly name: string;
  /** its options, and the words of its arguments */
  readonly words: readonly string[];
  /** whether an argument is the name of a file */
  readonly takesFile: boolean;
  /** options whose value is the name of a file */
  readonly fileOptions: readonly string[];
  /** options whose value is anything else */
  readonly valueOptions: readonly string[];
  /** options whose value is one of some words */
  readonly choices: readonly (readonly [option: string, words: readonly string[]])[];
}

/** Placeholders that stand for the name of a file. */
const ofFiles: ReadonlySet<string> = new Set(['FILE', 'TARGET', 'BACKUP', 'SOURCE', 'DATABASE']);

/** The words of each command. Former options are left out: they work, and are not offered. */
export function wordsOfAll(specs: readonly CommandSpec[]): readonly CommandWords[] {
  return specs.map((spec) => {
    const options = Object.entries(optionsOf(spec)).filter(([, { isFormer }]) => isFormer !== true);
    const withValue = options.flatMap(([name, { value }]) =>
      value === undefined ? [] : [{ option: `--${name}`, value, choices: choicesOf(value) }],
    );
    return {
      name: spec.name,
      words: [
        ...spec.arguments.flatMap(({ name }) => choicesOf(name) ?? []),
        ...options.map(([name]) => `--${name}`),
      ],
      takesFile: spec.arguments.some(({ name }) => ofFiles.has(name)),
      fileOptions: withValue.filter(({ value }) => ofFiles.has(value)).map(({ option }) => option),
      valueOptions: withValue
        .filter(({ value, choices }) => choices === undefined && !ofFiles.has(value))
        .map(({ option }) => option),
      choices: withValue.flatMap(({ option, choices }) =>
        choices === undefined ? [] : [[option, choices] as const],
      ),
    };
  });
}

/** The first words of all commands, and the second ones of those that have two. */
export function firstWords(specs: readonly CommandSpec[]): ReadonlyMap<string, readonly string[]> {
  const first = new Map<string, string[]>();
  for (const { name } of specs) {
    const [one = '', two] = name.split(' ');
    const seconds = first.get(one) ?? [];
    if (two !== undefined) seconds.push(two);
    first.set(one, seconds);
  }
  return first;
}
