/** The severity of a finding: `fix` should be corrected, `stop` prevents a server from working. */
export type FindingState = 'ok' | 'fix' | 'stop';

/** The result of one check. */
export interface Finding {
  readonly check: string;
  readonly state: FindingState;
  /** what was found, without a secret */
  readonly found: string;
  /** what to do; `undefined` if nothing is */
  readonly advice: string | undefined;
}

/** Makes the findings of one check. */
export interface FindingsOf {
  ok(found: string): Finding;
  fix(found: string, advice: string): Finding;
  stop(found: string, advice: string): Finding;
}

/** Names a check. */
export function findingsOf(check: string): FindingsOf {
  return {
    ok: (found) => ({ check, state: 'ok', found, advice: undefined }),
    fix: (found, advice) => ({ check, state: 'fix', found, advice }),
    stop: (found, advice) => ({ check, state: 'stop', found, advice }),
  };
}

/** The text of an error. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
