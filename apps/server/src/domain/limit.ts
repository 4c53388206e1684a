import type { Amount } from './amount.ts';

/** A budget of usage in fixed windows, in UTC. */
export interface Limit {
  /** another one as soon as a limit of the same name counts something else */
  readonly id: string;
  readonly name: string;
  /** `undefined`: all agents together; `*`: each agent separately */
  readonly agent: string | undefined;
  /** `undefined`: all services together */
  readonly serviceId: string | undefined;
  /** `undefined`: all API keys together, and requests without one */
  readonly apiKeyPrefix: string | undefined;
  readonly window: LimitWindow;
  /** what the usage costs is counted, in this asset; `undefined`: units are */
  readonly asset: string | undefined;
  /** above 0, in 10^-6 of a unit; of money, an exact amount */
  readonly max: bigint;
  readonly action: LimitAction;
  /** the levels at which an event is written, in thousandths of `max`, the lowest first */
  readonly notifyAt: readonly number[];
  /** usage from before it is not counted */
  readonly createdAtMs: number;
  readonly deleted: boolean;
}

export const limitWindows = ['minute', 'hour', 'day', 'month', 'lifetime'] as const;
type LimitWindow = (typeof limitWindows)[number];

/** Whether usage beyond the limit is refused, or only reported. */
export const limitActions = ['refuse', 'notify'] as const;
type LimitAction = (typeof limitActions)[number];

/** In the place of an agent: each has a separate counter. */
export const eachAgent = '*';

/** The most limits of a tenant, and the most that may apply to one item of usage. */
export const limitsMax = 1_000;
export const limitsOfWriteMax = 10;
/** The most levels at which a limit reports. */
export const limitLevelsMax = 5;

/** What a limit judges usage by. */
export interface Used {
  readonly agent: string;
  readonly serviceId: string;
  /** the API key that sent it */
  readonly apiKeyPrefix: string | undefined;
  /** what its service is priced in; `undefined` while it has no price, and so costs nothing that could be counted */
  readonly asset: string | undefined;
}

/**
 * The limits of a tenant, indexed by agent, service and key, so that an item is not compared with up to 1,000 limits.
 */
const indexes = new WeakMap<readonly Limit[], ReadonlyMap<string, readonly Limit[]>>();

/** Those of the limits that can count usage of an account, sent with one key or another. */
export function limitsOfAccount(
  limits: readonly Limit[],
  { agent, serviceId }: Pick<Used, 'agent' | 'serviceId'>,
): Limit[] {
  let index = indexes.get(limits);
  if (index === undefined) {
    index = Map.groupBy(limits, (limit) => nameOf(isAny(limit, 'agent') ? '' : limit.agent, limit.serviceId));
    indexes.set(limits, index);
  }
  const names = [nameOf(), nameOf(agent), nameOf('', serviceId), nameOf(agent, serviceId)];
  return names.flatMap((name) => index.get(name) ?? []);
}

/** Those of the limits that can count usage of an agent, of one service or another. */
export function limitsOfAgent(limits: readonly Limit[], agent: string): Limit[] {
  return limits.filter((limit) => isAny(limit, 'agent') || limit.agent === agent);
}

/** Those of the limits that count some usage. */
export function limitsOf(limits: readonly Limit[], used: Used): Limit[] {
  return limitsOfAccount(limits, used).filter(
    ({ apiKeyPrefix, asset }) =>
      (apiKeyPrefix === undefined || apiKeyPrefix === used.apiKeyPrefix) &&
      (asset === undefined || asset === used.asset),
  );
}

/** No identifier is empty or contains a space. */
function nameOf(agent = '', serviceId = ''): string {
  return `${agent} ${serviceId}`;
}

/** What a limit counts of a use: its units, or what it costs. */
export function measureOf(
  { asset }: Pick<Limit, 'asset'>,
  { quantity, cost }: { readonly quantity: bigint; readonly cost: Amount },
): bigint {
  return asset === undefined ? quantity : cost;
}

/** Whose counter of a limit it is: an agent's if each has one, otherwise the only one. */
export function subjectOf(limit: Limit, agent: string): string {
  return limit.agent === eachAgent ? agent : '';
}

/** Whether two limits count the same, so that the counters of the one are those of the other. */
export function countsSame(a: Limit, b: Limit): boolean {
  return (
    a.agent === b.agent &&
    a.serviceId === b.serviceId &&
    a.apiKeyPrefix === b.apiKeyPrefix &&
    a.window === b.window &&
    a.asset === b.asset
  );
}

const dimensions = ['agent', 'serviceId', 'apiKeyPrefix', 'asset'] as const;
type Dimension = (typeof dimensions)[number];

/** How many of these limits can apply to one item of usage to which a certain one applies; exact above `limitsOfWriteMax`. */
export function mostTogether(limits: readonly Limit[], limit: Limit): number {
  const near = limits.filter((other) =>
    dimensions.every(
      (dimension) =>
        isAny(other, dimension) || isAny(limit, dimension) || other[dimension] === limit[dimension],
    ),
  );
  return mostOf(near, dimensions);
}

function mostOf(limits: readonly Limit[], [dimension, ...others]: readonly Dimension[]): number {
  if (dimension === undefined || limits.length <= limitsOfWriteMax) return limits.length;
  const values = new Set(limits.filter((limit) => !isAny(limit, dimension)).map((limit) => limit[dimension]));
  const withValue = (value: string | undefined) =>
    limits.filter((limit) => isAny(limit, dimension) || limit[dimension] === value);
  // A value that no limit names: the limits for all of them apply to it.
  return Math.max(...[undefined, ...values].map((value) => mostOf(withValue(value), others)));
}

function isAny(limit: Limit, dimension: Dimension): boolean {
  const value = limit[dimension];
  return value === undefined || (dimension === 'agent' && value === eachAgent);
}

/** A window: from its start, and up to its end, which a lifetime has not. */
export interface WindowTimes {
  readonly startMs: number;
  readonly endMs: number | undefined;
}

const windowMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** The window that contains a moment. */
export function windowAt(window: LimitWindow, atMs: number): WindowTimes {
  switch (window) {
    case 'minute':
    case 'hour':
    case 'day': {
      const startMs = Math.floor(atMs / windowMs[window]) * windowMs[window];
      return { startMs, endMs: startMs + windowMs[window] };
    }
    case 'month': {
      const date = new Date(atMs);
      const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
      return { startMs: Date.UTC(year, month), endMs: Date.UTC(year, month + 1) };
    }
    case 'lifetime':
      return { startMs: 0, endMs: undefined };
  }
}
