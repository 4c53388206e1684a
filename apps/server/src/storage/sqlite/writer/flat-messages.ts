import type { SentByKey } from '../../../domain/commands/usage.ts';
import type { SparedUsage } from '../../../domain/spared.ts';
import type { KeyUse, Outcome, Remembered, Submission } from '../../../ledger/submission.ts';
import { bulkItemsOf, type FlatBulk, flatBulk } from './flat-bulk.ts';

/*
 * The messages to and from the writer's thread, as lists without the names of members. Copying an object to another
 * thread writes and reads the name of each member, for each object. As a list, a submission takes 0.7 µs on both
 * threads together instead of 2.0, and its outcome 0.7 instead of 1.5 (docs/adr/0080). Rare messages are sent as
 * objects. The test of this file covers every member of each type.
 */

/** Keyed usage. */
type FlatUsage = readonly [
  tenant: string,
  agent: string,
  serviceId: string,
  requests: number,
  usageId: string | undefined,
  occurredAtNs: bigint | undefined,
  scope: string,
  digest: string,
  madeAtMs: number | undefined,
  fingerprint: string,
  method: string,
  path: string,
  apiKeyPrefix: string | undefined,
  metadata: string | undefined,
];

/** A bulk of usage. */
type FlatUsageBulk = readonly [
  items: FlatBulk,
  isAtomic: boolean,
  tenant: string,
  key: KeyUse | undefined,
  apiKeyPrefix: string | undefined,
];

export type FlatSubmission = FlatUsage | FlatUsageBulk | Submission;

/** An answer. */
type FlatAnswer = readonly [
  status: number,
  body: string | Uint8Array,
  replayed: boolean,
  headers: readonly string[],
  lines: number | undefined,
  deliveriesPerEvent: number | undefined,
  remembered: FlatRemembered | undefined,
  spared: SparedUsage | undefined,
  usageRecorded: number | undefined,
];

type FlatRemembered = readonly [
  expiresAtMs: number,
  isReplayable: boolean,
  ...spared: [retries: number, requests: bigint, cost: bigint] | [],
];

export type FlatOutcome = FlatAnswer | Outcome;

export function flatSubmission(submission: Submission): FlatSubmission {
  const { tenant, command, key, actor } = submission;
  if (command.kind === 'record_usage_bulk' && actor === undefined)
    return [flatBulk(command.items), command.isAtomic, tenant, key, command.apiKeyPrefix];
  if (
    command.kind !== 'record_usage' ||
    key === undefined ||
    key.sealingKey !== undefined ||
    actor !== undefined ||
    command.item.quantity !== undefined
  )
    return submission;
  const { agent, serviceId, requests, usageId, occurredAtNs, metadata } = command.item;
  const { scope, digest, madeAtMs, fingerprint, method, path } = key;
  return [
    tenant,
    agent,
    serviceId,
    requests,
    usageId,
    occurredAtNs,
    scope,
    digest,
    madeAtMs,
    fingerprint,
    method,
    path,
    command.apiKeyPrefix,
    metadata,
  ];
}

export function submissionOf(flat: FlatSubmission): Submission {
  if (!isFlat(flat)) return flat;
  if (isBulk(flat)) return bulkOf(flat);
  const [tenant, agent, serviceId, requests, usageId, occurredAtNs, scope, digest, madeAtMs, ...rest] = flat;
  const [fingerprint, method, path, apiKeyPrefix, metadata] = rest;
  const item = { agent, serviceId, requests, usageId, occurredAtNs, metadata };
  return {
    tenant,
    command: { kind: 'record_usage', item, ...sentBy(apiKeyPrefix) },
    key: { scope, digest, madeAtMs, fingerprint, method, path, sealingKey: undefined },
    actor: undefined,
  };
}

function bulkOf([flat, isAtomic, tenant, key, apiKeyPrefix]: FlatUsageBulk): Submission {
  const items = bulkItemsOf(flat);
  return {
    tenant,
    command: { kind: 'record_usage_bulk', items, isAtomic, ...sentBy(apiKeyPrefix) },
    key,
    actor: undefined,
  };
}

function sentBy(apiKeyPrefix: string | undefined): SentByKey {
  return apiKeyPrefix === undefined ? {} : { apiKeyPrefix };
}

export function flatOutcome(outcome: Outcome): FlatOutcome {
  if (outcome.kind !== 'answered' || outcome.isSwitchedOff === true) return outcome;
  const { response, replayed, spared, deliveriesPerEvent, usageRecorded, lines, remembered } = outcome;
  const headers = response.headers.flat();
  const flat = remembered && flatRemembered(remembered);
  return [
    response.status,
    response.body,
    replayed,
    headers,
    lines,
    deliveriesPerEvent,
    flat,
    spared,
    usageRecorded,
  ];
}

export function outcomeOf(flat: FlatOutcome): Outcome {
  if (!isAnswer(flat)) return flat;
  const [status, body, replayed, names, lines, deliveriesPerEvent, remembered, ...rest] = flat;
  const [spared, usageRecorded] = rest;
  const headers: [string, string][] = [];
  for (let at = 0; at < names.length; at += 2) headers.push([names[at] ?? '', names[at + 1] ?? '']);
  return {
    kind: 'answered',
    response: { status, headers, body },
    replayed,
    spared,
    deliveriesPerEvent,
    usageRecorded,
    ...(lines === undefined ? {} : { lines }),
    remembered: remembered && rememberedOf(remembered),
  };
}

function flatRemembered({ expiresAtMs, isReplayable, spared }: Remembered): FlatRemembered {
  if (spared === undefined) return [expiresAtMs, isReplayable];
  return [expiresAtMs, isReplayable, spared.retries, spared.requests, spared.cost];
}

function rememberedOf([expiresAtMs, isReplayable, ...spared]: FlatRemembered): Remembered {
  if (spared.length === 0) return { expiresAtMs, isReplayable, spared: undefined };
  const [retries, requests, cost] = spared;
  return { expiresAtMs, isReplayable, spared: { retries, requests, cost } };
}

function isFlat(flat: FlatSubmission): flat is FlatUsage | FlatUsageBulk {
  return Array.isArray(flat);
}

function isBulk(flat: FlatUsage | FlatUsageBulk): flat is FlatUsageBulk {
  return Array.isArray(flat[0]);
}

function isAnswer(flat: FlatOutcome): flat is FlatAnswer {
  return Array.isArray(flat);
}
