import { accessVariables } from './access.ts';
import { commandLineVariables } from './command-line.ts';
import { limitVariables } from './limits.ts';
import { surroundingVariables } from './surroundings.ts';
import type { Variable, VariableForm } from './variable.ts';

/**
 * Every variable that the server reads. The configuration is parsed by it, `.env.example` and the reference of the configuration are
 * printed from it, and a variable that is set and not in it may be misspelt.
 */
export const variables = { ...accessVariables, ...limitVariables, ...surroundingVariables } as const;

type Variables = typeof variables;
export type VariableName = keyof Variables;
/** The names of the variables of one form. */
export type NameOf<Kind extends VariableForm['kind']> = {
  [Name in VariableName]: Variables[Name]['kind'] extends Kind ? Name : never;
}[VariableName];

/** All names that the server reads, those of files with secrets among them. */
export const variableNames: ReadonlySet<string> = new Set(
  Object.entries<Variable>(variables).flatMap(([name, { kind }]) =>
    kind === 'secret' ? [name, fileVariableOf(name)] : [name],
  ),
);

/** The variable that names the file of a secret. */
export function fileVariableOf(name: string): string {
  return `${name}_FILE`;
}

/** The variables that options of the command line come before. */
export const optionVariables = { ...commandLineVariables, DATABASE_URL: variables.DATABASE_URL } as const;
