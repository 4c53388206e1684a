const statements = new WeakMap<Error, string>();

/** Remembers which statement an error came from. Of an error that names several, the first is the one at fault. */
export function noteStatement(error: unknown, sql: string): void {
  if (error instanceof Error && !statements.has(error)) statements.set(error, statementName(sql));
}

/** The name of the statement that an error came from, if it came from one. */
export function statementOf(error: unknown): string | undefined {
  return error instanceof Error ? statements.get(error) : undefined;
}

/** Verb and table of a statement, such as `INSERT entries`: enough to find it, without values. */
export function statementName(sql: string): string {
  const writes = /\b(INSERT(?: OR [A-Z]+)? INTO|DELETE FROM|(?<!FOR |DO )UPDATE)\s+(\w+)/.exec(sql);
  if (writes !== null) return `${writes[1]?.split(' ')[0]} ${writes[2]}`;
  const verb = /\w+/.exec(sql)?.[0] ?? '';
  const table = /\b(?:FROM|TABLE(?: IF NOT EXISTS)?|PRAGMA)\s+(\w+)/.exec(sql)?.[1];
  return table === undefined ? verb : `${verb} ${table}`;
}
