/** The exit codes of every command of `billonce`. */
export const exitCodes = {
  done: 0,
  failed: 1,
  misused: 2,
  incomplete: 3,
  rowsWithoutIds: 4,
  unreached: 5,
  interrupted: 130,
} as const;

/** How a command ended. */
export type ExitName = keyof typeof exitCodes;

/** The meaning of each exit code, for the help and the reference. */
export const exitTexts: Readonly<Record<ExitName, string>> = {
  done: 'it is done',
  failed: 'it failed: an operation of a file, a database or a server failed',
  misused: 'wrong usage: an argument, an option or a setting is wrong; nothing was done',
  incomplete: 'it finished, and something is left to do',
  rowsWithoutIds:
    'everything is billed, but the rows have no ids (--id-column), so the next export may be billed again',
  unreached: 'no server ever answered, so nothing was sent',
  interrupted: 'it was interrupted',
};
