import { parseArgs } from 'node:util';
import { knownName, nearMiss } from '@billonce/contract';
import {
  type CommandSpec,
  choicesOf,
  headOf,
  type Option,
  type OptionTable,
  usageOf,
  type Values,
} from './command.ts';

/** The parsed words of a command line, and a list of all mistakes in them. */
export interface ParsedWords<T extends OptionTable> {
  readonly values: Values<T>;
  readonly positionals: readonly string[];
  readonly mistakes: readonly string[];
  /** whether an option is unknown or misused; if so, a missing required option is not reported */
  readonly areOptionsWrong: boolean;
}

/**
 * Reads the words after the name of a command.
 *
 * @param table all options of the command
 */
export function parseWords<T extends OptionTable>(
  spec: CommandSpec,
  table: T,
  args: readonly string[],
): ParsedWords<T> {
  const names = namesOf(table);
  const declared = Object.fromEntries(
    [...names].map(([word, name]) => {
      const { value, short } = optionOf(table, name);
      const type: 'string' | 'boolean' = value === undefined ? 'boolean' : 'string';
      return [word, { type, multiple: true, ...(short === undefined || word !== name ? {} : { short }) }];
    }),
  );
  const { tokens } = parseArgs({
    args: [...args],
    options: declared,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const mistakes: string[] = [];
  const given = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const name = names.get(token.name);
    if (name === undefined) {
      mistakes.push(unknownOption(spec, table, token.rawName));
      continue;
    }
    const mistake = mistakeIn(token.rawName, optionOf(table, name), token);
    if (mistake === undefined) given.set(name, [...(given.get(name) ?? []), token.value ?? '']);
    else mistakes.push(mistake);
  }
  const areOptionsWrong = mistakes.length > 0;
  // The word after an unknown option is usually its value.
  if (!areOptionsWrong) mistakes.push(...argumentMistakes(spec, positionals));
  return { values: valuesOf(table, given), positionals, mistakes, areOptionsWrong };
}

/** The text that is printed after wrong usage. */
export function misuseText(spec: CommandSpec, mistakes: readonly string[]): string {
  return [
    ...mistakes.map((mistake) => `billonce ${spec.name}: ${mistake}`),
    `Usage: ${usageOf(spec)}`,
    `billonce ${spec.name} --help lists the options.`,
    '',
  ].join('\n');
}

/** Each word for an option, former ones included, and its name. */
function namesOf(table: OptionTable): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(table).flatMap(([name, { formerly = [] }]) =>
      [name, ...formerly].map((word): [string, string] => [word, name]),
    ),
  );
}

function optionOf(table: OptionTable, name: string): Option {
  return table[name] ?? { text: '' };
}

function unknownOption(spec: CommandSpec, table: OptionTable, raw: string): string {
  const word = raw.replace(/^-+/, '');
  const names = namesOf(table);
  const words = [...names.keys()];
  const near = nearMiss(
    word,
    words.map((one) => knownName(one)),
  )?.name;
  const part = word.length > 1 ? words.find((one) => one.split('-').includes(word)) : undefined;
  const name = names.get(near ?? part ?? '');
  const unknown = `${raw} is not an option of billonce ${spec.name}`;
  if (name === undefined) return unknown;
  const { value } = optionOf(table, name);
  return `${unknown}: did you mean ${headOf(name, { text: '', ...(value === undefined ? {} : { value }) })}?`;
}

function mistakeIn(
  raw: string,
  { value }: Option,
  token: { readonly value?: string | undefined; readonly inlineValue?: boolean | undefined },
): string | undefined {
  if (value === undefined) return token.value === undefined ? undefined : `${raw} takes no value`;
  if (token.value === undefined) return `${raw} takes a value: ${raw} ${value}`;
  if (token.value.trim() === '') return `${raw} is empty: it takes ${value}`;
  const choices = choicesOf(value);
  if (choices !== undefined && !choices.includes(token.value))
    return `${raw} is ${token.value}: it must be ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
  if (token.inlineValue === true || !/^-./.test(token.value)) return undefined;
  return `${raw} takes a value, and ${token.value} follows: write ${raw} ${value}, or ${raw}=${token.value} if that is meant`;
}

function argumentMistakes({ name, arguments: wanted }: CommandSpec, found: readonly string[]): string[] {
  const missing = wanted.slice(found.length).filter(({ isOptional }) => isOptional !== true);
  if (missing.length > 0) return missing.map((one) => `name ${one.text} (${one.name})`);
  const extra = found.slice(wanted.length);
  if (extra.length === 0) return [];
  const all = wanted.map((one) => one.name).join(' and ');
  return [
    `${extra.join(' ')} is unexpected: billonce ${name} takes ${all === '' ? 'no argument' : `one ${all}`}`,
  ];
}

/** Each value has the type that its option declares: this was just checked. */
function valuesOf<T extends OptionTable>(table: T, given: ReadonlyMap<string, readonly string[]>): Values<T> {
  const entries = Object.entries(table).map(([name, { value, isList }]) => {
    const all = given.get(name);
    return [name, value === undefined ? all !== undefined : isList === true ? all : all?.at(-1)];
  });
  return Object.fromEntries(entries) as Values<T>;
}
