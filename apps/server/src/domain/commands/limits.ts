import { type CommandRules, type RulesOf, usually } from '../command-rules.ts';
import { type Decision, done, type Moment, refused } from '../decision.ts';
import { countsSame, type Limit, limitsMax, limitsOfWriteMax, mostTogether } from '../limit.ts';
import type { View } from '../view.ts';
import { type TenantWants, wantAsset } from '../wants.ts';
import { knownAsset, unknownAsset } from './assets.ts';

/** Sets a limit: a new one, or one that replaces that of the same name. */
export interface SetLimit extends Omit<Limit, 'id' | 'createdAtMs' | 'deleted'> {
  readonly kind: 'set_limit';
}

export interface DeleteLimit {
  readonly kind: 'delete_limit';
  readonly name: string;
}

export type LimitsCommand = SetLimit | DeleteLimit;

export interface LimitSet {
  readonly kind: 'limit_set';
  readonly limit: Limit;
  /** whether there was none of its name */
  readonly isNew: boolean;
}

export interface LimitDeleted {
  readonly kind: 'limit_deleted';
}

const ofLimits = {
  ...usually,
  reads: (_: LimitsCommand, wants: TenantWants) => void wants.limits.add('definitions'),
  changesTenant: () => true,
};

const setLimit: CommandRules<SetLimit, LimitSet> = {
  ...ofLimits,
  reads({ asset }, wants) {
    wants.limits.add('definitions');
    wantAsset(asset, wants);
  },
  decide: decideSetting,
};

const deleteLimit: CommandRules<DeleteLimit, LimitDeleted> = {
  ...ofLimits,
  idsMax: () => 0,
  decide: decideDeletion,
};

export const limitsCommands = {
  set_limit: setLimit,
  delete_limit: deleteLimit,
} satisfies RulesOf<LimitsCommand>;

function decideSetting(command: SetLimit, view: View, moment: Moment): Decision<LimitSet> {
  const { kind: _, ...wanted } = command;
  const { asset } = wanted;
  if (asset !== undefined && knownAsset(asset, view) === undefined) {
    return refused(unknownAsset(asset, '/max/asset'));
  }
  const limits = view.limits();
  const known = limits.find(({ name }) => name === wanted.name);
  const made: Limit = { ...wanted, id: moment.id(0), createdAtMs: moment.nowMs, deleted: false };
  // A limit that counts the same usage keeps its counters; any other limit counts only usage from now on.
  const isSame = known !== undefined && countsSame(known, made);
  const limit = isSame ? { ...made, id: known.id, createdAtMs: known.createdAtMs } : made;
  const others = limits.filter(({ name }) => name !== limit.name);
  if (others.length >= limitsMax) {
    return refused({ code: 'limit_exceeded', message: `a tenant has at most ${limitsMax} limits` });
  }
  if (mostTogether([...others, limit], limit) > limitsOfWriteMax) {
    const message = `more than ${limitsOfWriteMax} limits would apply to the same usage`;
    return refused({ code: 'limit_exceeded', message });
  }
  const replaced = known === undefined || isSame ? [] : [{ ...known, deleted: true }];
  return done({ kind: 'limit_set', limit, isNew: known === undefined }, { limits: [...replaced, limit] });
}

function decideDeletion({ name }: DeleteLimit, view: View): Decision<LimitDeleted> {
  const known = view.limits().find((limit) => limit.name === name);
  if (known === undefined) return refused({ code: 'not_found', message: `no limit has the name ${name}` });
  return done({ kind: 'limit_deleted' }, { limits: [{ ...known, deleted: true }] });
}
