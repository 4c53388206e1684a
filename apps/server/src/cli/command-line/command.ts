import type { ExitName } from './exit-codes.ts';

/** An option of a command. Its name is its key in a table. */
export interface Option {
  /** what stands for its value in the help; an option without it takes none */
  readonly value?: string;
  /** whether it may be given several times */
  readonly isList?: true;
  /** one letter that stands for it */
  readonly short?: string;
  /** what it does, for the help and the reference */
  readonly text: string;
  /** names that it had before: they still work */
  readonly formerly?: readonly string[];
  /** whether it is itself a former way to say something */
  readonly isFormer?: true;
}

export type OptionTable = Readonly<Record<string, Option>>;

/** What the options of a table were given. */
export type Values<T extends OptionTable> = {
  readonly [N in keyof T]: T[N] extends { readonly value: string }
    ? T[N] extends { readonly isList: true }
      ? readonly string[] | undefined
      : string | undefined
    : boolean;
};

/** What a command is given besides options. */
export interface Argument {
  /** in capital letters, or the words of which one is given */
  readonly name: string;
  /** what it is, after "name": `the file to ingest` */
  readonly text: string;
  readonly isOptional?: true;
}

/** A command as its help and the reference describe it, and as its words are read. */
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
  /** how it may end, besides `done`, `failed` and `misused`, and what that means here */
  readonly endings: Readonly<Partial<Record<ExitName, string>>>;
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

/** `-q, --quiet` or `--agent NAME` */
export function headOf(name: string, { short, value }: Option): string {
  const long = value === undefined ? `--${name}` : `--${name} ${value}`;
  return short === undefined ? long : `-${short}, ${long}`;
}
