/** A variable of the environment that the server reads: its form, its default and what it does. */
export type Variable = VariableForm & {
  /** what it does, in sentences; form, bounds and default are printed beside it */
  readonly text: string;
  /** the engine that it is for, if it is for one only */
  readonly engine?: 'postgres';
  /** where the default comes from, if it is not a constant */
  readonly defaultText?: string;
  /** whether `.env.example` only names it: a value there would be read as one that was chosen */
  readonly isCommentedOut?: true;
  /** whether its value may hold a secret */
  readonly isSecret?: true;
  /** the option of the command line that comes before it */
  readonly option?: VariableOption;
};

/** An option of the command line whose default is a variable. */
export interface VariableOption {
  readonly name: string;
  /** the placeholder of its value in the help */
  readonly value: string;
  /** what it is, where a command says nothing more exact */
  readonly text: string;
  /** its former names, which still work */
  readonly formerly?: readonly string[];
}

export type VariableForm =
  | { readonly kind: 'text'; readonly default: string; readonly form: string }
  | { readonly kind: 'integer'; readonly default: number; readonly min: number; readonly max: number }
  | { readonly kind: 'flag'; readonly default: boolean }
  | { readonly kind: 'word'; readonly default: string; readonly words: readonly string[] }
  /** parts that are separated by commas; none by default */
  | { readonly kind: 'list'; readonly form: string }
  /** a secret, which `NAME_FILE` may name the file of; not set by default */
  | { readonly kind: 'secret'; readonly lengthMin: number }
  /** a number of proxies; 0 by default */
  | { readonly kind: 'hops'; readonly max: number };

/** Variables by name, which are printed together. */
export type VariableGroup = Readonly<Record<string, Variable>>;
