export type { Check, Claim } from './check.ts';
export { checks } from './checks/checks.ts';
export type { Verdict, VerdictKind } from './judge/verdict.ts';
export type { Level } from './level.ts';
export type { CountSource } from './oracle/count-source.ts';
export { defaultLimits, type Limits, type Plan } from './plan.ts';
export { basisOf, type ProfileName, profiles } from './profile.ts';
export type { CheckReport, Report } from './report/report.ts';
export { type OnCheck, type RunResult, runConformance } from './run.ts';
