import { type RunResult, simulate } from './simulate.ts';
import type { Shape } from './world.ts';

/** The maximum number of runs to shrink a failure. */
const runsMax = 200;

/** Shrinks a run that broke a promise, as long as it breaks the same one: fewer steps, faults, clients and servers. */
export async function shrink(found: RunResult): Promise<RunResult> {
  let smallest = found;
  let runs = 0;
  const tryShape = async (shape: Shape): Promise<boolean> => {
    if (runs >= runsMax) return false;
    runs += 1;
    const result = await simulate(found.seed, shape);
    if (result.violation?.promise !== found.violation?.promise) return false;
    smallest = result;
    return true;
  };
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (const shape of smallerShapes(smallest.shape)) {
      if (!(await tryShape(shape))) continue;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}

function smallerShapes(shape: Shape): readonly Shape[] {
  const { steps, clients, servers, faults, clocks } = shape;
  const smaller: Shape[] = [];
  for (const factor of [0.25, 0.5, 0.75, 0.9])
    if (Math.floor(steps * factor) < steps) smaller.push({ ...shape, steps: Math.floor(steps * factor) });
  for (const kind of faults) smaller.push({ ...shape, faults: faults.filter((one) => one !== kind) });
  if (clients > 1) smaller.push({ ...shape, clients: clients - 1 });
  if (servers > 1) smaller.push({ ...shape, servers: servers - 1 });
  if (clocks === 'wild') smaller.push({ ...shape, clocks: 'agreeing' });
  return smaller;
}

/** A readable description of a failure, with the line for `found.json`. */
export function describeFailure({ seed, shape, violation, trace }: RunResult): string {
  return [
    violation?.stack ?? '',
    `the last steps: ${trace.slice(-30).join(', ')}`,
    `kept as a test by this line in apps/server/test/simulation/found.json: ${JSON.stringify({ seed, shape })}`,
  ].join('\n');
}
