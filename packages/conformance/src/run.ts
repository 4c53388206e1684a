import type { Check } from './check.ts';
import { checks } from './checks/checks.ts';
import { isAllowed } from './hosts.ts';
import { firstAnswer, isMarked } from './judge/answers.ts';
import { inconclusive, type Verdict } from './judge/verdict.ts';
import { EffectMeter } from './oracle/effect-meter.ts';
import { oracleOf } from './oracle/oracle.ts';
import { Pace } from './pace.ts';
import type { Plan } from './plan.ts';
import { basisOf, profiles } from './profile.ts';
import type { Profile } from './profiles/profile-shape.ts';
import { curlOf } from './report/curl.ts';
import type { CheckReport, Report } from './report/report.ts';
import { SeededRandom } from './seeded-random.ts';
import { Subject } from './subject.ts';
import { readVersion } from './version.ts';
import { World } from './world.ts';

/** The end of a run: a report, or why there cannot be one. */
export type RunResult =
  | { readonly kind: 'reported'; readonly report: Report }
  | { readonly kind: 'not-run'; readonly reason: string };

/** Called with each result as soon as it is known. */
export type OnCheck = (report: CheckReport) => void;

/** The checks that a plan asks for, in the order in which they run. */
export function checksOf({ only, skip }: Pick<Plan, 'only' | 'skip'>): readonly Check[] {
  return checks.filter(({ id }) => (only.length === 0 || only.includes(id)) && !skip.includes(id));
}

/** The profile of a plan, with the user's options for keys. */
export function profileOf({ profile: name, keyHeader, isKeyRequired }: Plan): Profile {
  const profile: Profile = profiles[name];
  const { keyPlace } = profile;
  return {
    ...profile,
    isKeyRequired: profile.isKeyRequired || isKeyRequired,
    keyPlace:
      keyPlace.kind === 'header' && keyHeader !== undefined ? { ...keyPlace, name: keyHeader } : keyPlace,
  };
}

/** The most requests that a plan can send. */
export function requestsOf(plan: Plan): number {
  const sum = checksOf(plan).reduce((total, check) => total + check.requestsMax(plan.limits.concurrency), 2);
  return Math.min(sum, plan.limits.requestsMax);
}

/** Runs all checks of a plan, one after the other. */
export async function runConformance(plan: Plan, onCheck: OnCheck = () => undefined): Promise<RunResult> {
  const foreign = urlsOf(plan).find((url) => !isAllowed(url, plan.allowedHosts));
  if (foreign !== undefined) {
    const { hostname } = foreign;
    return { kind: 'not-run', reason: `${hostname} is not this machine, and not among the allowed hosts` };
  }
  const { limits } = plan;
  const subject = plan.start === undefined ? undefined : new Subject(plan.start, plan.url);
  const oracle = plan.count === undefined ? undefined : oracleOf(plan.count, countHeadersOf(plan));
  const version = readVersion();
  const world = new World({
    plan,
    profile: profileOf(plan),
    effects: new EffectMeter(oracle, limits.settleMs),
    random: new SeededRandom(plan.seed),
    subject,
    // No more requests than were announced.
    pace: new Pace({ perSecond: limits.perSecond, requestsMax: requestsOf(plan) }),
    userAgent: `billonce-conformance/${version}`,
  });
  const startedAt = new Date();
  try {
    await subject?.start();
    const fault = await prepare(world, oracle !== undefined);
    if (fault !== undefined) return { kind: 'not-run', reason: fault };
    const reports: CheckReport[] = [];
    for (const check of checksOf(plan)) {
      const report = await runCheck(check, world);
      reports.push(report);
      onCheck(report);
    }
    const { title, source } = world.profile;
    const report: Report = {
      tool: '@billonce/conformance',
      version,
      url: plan.url.href,
      method: plan.method,
      profile: plan.profile,
      title,
      source,
      seed: plan.seed,
      startedAt: startedAt.toISOString(),
      tookMs: Date.now() - startedAt.getTime(),
      requests: world.requests,
      countedBy: oracle?.description,
      failOn: plan.failOn,
      checks: reports,
    };
    return { kind: 'reported', report };
  } catch (error) {
    return { kind: 'not-run', reason: error instanceof Error ? error.message : String(error) };
  } finally {
    await subject?.stop('SIGTERM');
  }
}

/** Every address that a run sends something to. */
function urlsOf({ url, second, count }: Plan): readonly URL[] {
  const others = [second, count?.kind === 'url' ? count.url : undefined];
  return [url, ...others.filter((one) => one !== undefined)];
}

/**
 * The headers of the request that counts effects: those given for it, and for the API itself also the credentials of
 * its requests.
 */
function countHeadersOf({ url, count, headers, countHeaders }: Plan): Readonly<Record<string, string>> {
  const isSameApi = count?.kind === 'url' && count.url.origin === url.origin;
  const credentials = headers.filter(([name]) => !name.toLowerCase().startsWith('content-'));
  return Object.fromEntries([...(isSameApi ? credentials : []), ...countHeaders]);
}

/**
 * Sends the request twice under new keys: it must succeed, and the oracle must see it. Otherwise returns the reason.
 */
async function prepare(world: World, isCounting: boolean): Promise<string | undefined> {
  const faults: string[] = [];
  const execute = async () => {
    const answer = firstAnswer(await world.send(await world.fresh()), 'the request under a new key');
    if (answer.kind === 'unusable') faults.push(answer.verdict.reason);
    else if (isMarked(answer.answer, world.profile)) {
      faults.push('the request under a new key is answered with a replay: choose another --seed');
    }
  };
  world.begin('start');
  if (!isCounting) {
    await execute();
    await execute();
    return faults[0];
  }
  const calibration = await world.effects.calibrate(execute);
  return faults[0] ?? (calibration.kind === 'useless' ? `--count: ${calibration.reason}` : undefined);
}

async function runCheck(check: Check, world: World): Promise<CheckReport> {
  const startMs = performance.now();
  const { level, clause } = basisOf(world.profile, check.id);
  world.begin(check.id);
  const verdict = await verdictOf(check, world);
  const { sent } = world;
  const keyHeader = world.profile.keyPlace.kind === 'header' ? world.profile.keyPlace.name : undefined;
  return {
    id: check.id,
    group: check.group,
    sentence: check.sentence,
    harm: check.harm,
    level,
    clause,
    verdict: verdict.kind,
    reason: verdict.reason,
    requests: sent.reduce((sum, { copies }) => sum + copies, 0),
    tookMs: Math.round(performance.now() - startMs),
    keys: world.keys,
    curl: curlOf(sent, keyHeader),
  };
}

/** A check that cannot be run to its end is inconclusive. */
async function verdictOf(check: Check, world: World): Promise<Verdict> {
  try {
    await world.effects.begin();
    const verdict = await check.run(world);
    await world.effects.end();
    return verdict;
  } catch (error) {
    return inconclusive(error instanceof Error ? error.message : String(error));
  }
}
