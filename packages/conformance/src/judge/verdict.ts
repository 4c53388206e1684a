/** The result of a check. Only `passed` means that the sentence of the check was seen to hold. */
export interface Verdict {
  readonly kind: VerdictKind;
  /** what was seen, in one sentence */
  readonly reason: string;
}

export type VerdictKind = 'passed' | 'failed' | 'inconclusive' | 'not-applicable';

/** All kinds, the gravest first. */
const verdictKinds: readonly VerdictKind[] = ['failed', 'inconclusive', 'not-applicable', 'passed'];

export function passed(reason: string): Verdict {
  return { kind: 'passed', reason };
}

export function failed(reason: string): Verdict {
  return { kind: 'failed', reason };
}

export function inconclusive(reason: string): Verdict {
  return { kind: 'inconclusive', reason };
}

export function notApplicable(reason: string): Verdict {
  return { kind: 'not-applicable', reason };
}

/** The gravest verdict, with the reasons of all that are as grave. No verdict at all is inconclusive. */
export function gravest(verdicts: readonly Verdict[]): Verdict {
  for (const kind of verdictKinds) {
    const reasons = verdicts.filter((verdict) => verdict.kind === kind).map(({ reason }) => reason);
    if (reasons.length > 0) return { kind, reason: [...new Set(reasons)].join('; ') };
  }
  return inconclusive('nothing was observed');
}
