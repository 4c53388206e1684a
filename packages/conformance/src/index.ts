export type { Check, Claim, Level } from './check.ts';
export { checks } from './checks/checks.ts';
export type { Verdict, VerdictKind } from './judge/verdict.ts';
export type { CountSource } from './oracle/oracle.ts';
export { defaultLimits, type Limits, type Plan } from './plan.ts';
export { basisOf, type ProfileName, profiles } from './profile.ts';
export type { CheckReport, Report } from './report/report.ts';
export { type OnCheck, type RunResult, runConformance } from './run.ts';
