import type { ExitName } from './exit-codes.ts';

/** What an option takes that is an integer; the help and the reference print it after the text. */
export interface IntegerBounds {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** An option of a command. Its name is its key in a table. */
export interface Option {
  /** the placeholder of its value in the help; an option without it takes no value */
  readonly value?: string;
  /** whether it may be given more than once */
  readonly isList?: true;
  /** its one-letter form */
  readonly short?: string;
  /** what it does, for the help and the reference */
  readonly text: string;
  /** the bounds of its value, if that is an integer */
  readonly integer?: IntegerBounds;
  /** its former names, which still work */
  readonly formerly?: readonly string[];
  /** whether it is itself a former form of another option */
  readonly isFormer?: true;
}

/** An option that takes one value. */
export type ValueOption = Option & { readonly value: string; readonly isList?: never };

export type OptionTable = Readonly<Record<string, Option>>;

/** The values of the options of a table. */
export type Values<T extends OptionTable> = {
  readonly [N in keyof T]: T[N] extends { readonly value: string }
    ? T[N] extends { readonly isList: true }
      ? readonly string[] | undefined
      : string | undefined
    : boolean;
};

/** An argument of a command, other than an option. */
export interface Argument {
  /** in capital letters, or the words to choose from */
  readonly name: string;
  /** its description, after "name": `the file to ingest` */
  readonly text: string;
  readonly isOptional?: true;
}

/** A command: its help and the reference are printed from this, and its words are parsed by it. */
export interface CommandSpec {
  readonly name: string;
  /** one line for `billonce --help` */
  readonly summary: string;
  readonly arguments: readonly Argument[];
  /** paragraphs */
  readonly text: readonly string[];
  readonly groups: readonly { readonly title: string; readonly options: OptionTable }[];
  /** paragraphs after the options */
  readonly after?: readonly string[];
  /** its exit codes besides `done`, `failed` and `misused`, and their meaning here */
  readonly endings: Readonly<Partial<Record<ExitName, string>>>;
}

/**
 * The words to choose from, of a placeholder such as `csv|jsonl`, which is an option's value or an argument's name;
 * `undefined` for a placeholder in capital letters.
 */
export function choicesOf(placeholder: string): readonly string[] | undefined {
  return /^[a-z]+(\|[a-z]+)+$/.test(placeholder) ? placeholder.split('|') : undefined;
}

/** `billonce ingest FILE [options]` */
export function usageOf({ name, arguments: given }: CommandSpec): string {
  const words = given.map((one) => (one.isOptional === true ? `[${one.name}]` : one.name));
  return ['billonce', name, ...words, '[options]'].join(' ');
}

/** All options of a command, by name. */
export function optionsOf({ groups }: CommandSpec): OptionTable {
  return Object.fromEntries(groups.flatMap(({ options }) => Object.entries(options)));
}

/** What an option does, and the bounds of its value. */
export function textOf({ text, integer }: Option): string {
  return integer === undefined
    ? text
    : `${text}; ${integer.min} to ${integer.max}, by default ${integer.default}`;
}

/** `-q, --quiet` or `--agent NAME` */
export function headOf(name: string, { short, value }: Option): string {
  const long = value === undefined ? `--${name}` : `--${name} ${value}`;
  return short === undefined ? long : `-${short}, ${long}`;
}
