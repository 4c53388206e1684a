import { type InAsset, xlm } from '../asset.ts';
import { type CommandRules, type RulesOf, usually } from '../command-rules.ts';
import { withoutNextPrice } from '../dated-price.ts';
import { type Decision, done, type Moment, refused } from '../decision.ts';
import { pricedFrom } from '../priced-from.ts';
import type { Refusal } from '../refusal.ts';
import { newService, noMetadata, type SentMetadata, type Service, type StatedPrice } from '../service.ts';
import { newPrices, noted, serviceChanges } from '../service-changes.ts';
import {
  type MetadataSet,
  type NextPriceCancelled,
  type PriceSet,
  pricesNow,
  type ServiceBulkPut,
  type ServiceDeleted,
  type ServiceItemResult,
  type ServicePut,
  type ServiceSwitched,
} from '../service-facts.ts';
import {
  assetInUse,
  knownService,
  mismatchOf,
  pricedLater,
  serviceInUse,
  unknownService,
} from '../service-refusals.ts';
import { DraftView, type View } from '../view.ts';
import { type TenantWants, wantAsset } from '../wants.ts';
import { knownAsset, unknownAsset } from './assets.ts';

export interface PutService {
  readonly kind: 'put_service';
  readonly serviceId: string;
  readonly stated: StatedPrice;
  readonly metadata: SentMetadata | undefined;
  /** `undefined`: as it is, or 0 */
  readonly unitScale?: number | undefined;
  /** `undefined`: as it is, or XLM */
  readonly asset?: string | undefined;
  /** when the price takes effect; `undefined`: now. All else changes now. */
  readonly effectiveFromMs?: number | undefined;
}

/** An item of a bulk of services: a service, or the fault that the route found in it. */
export type ServiceItem =
  | { readonly kind: 'valid'; readonly item: PutService }
  | { readonly kind: 'invalid'; readonly message: string };

export interface PutServiceBulk {
  readonly kind: 'put_service_bulk';
  readonly items: readonly ServiceItem[];
}

export interface DeleteService {
  readonly kind: 'delete_service';
  readonly serviceId: string;
}

export interface SetPrice {
  readonly kind: 'set_price';
  readonly serviceId: string;
  readonly stated: StatedPrice;
  /** when it takes effect; `undefined`: now */
  readonly effectiveFromMs?: number | undefined;
}

/** Withdraws the price that has a date. */
export interface CancelNextPrice {
  readonly kind: 'cancel_next_price';
  readonly serviceId: string;
}

/** While a service is disabled its usage is refused; what was recorded before is quoted and settled as usual. */
export interface SetDisabled {
  readonly kind: 'set_disabled';
  readonly serviceId: string;
  readonly disabled: boolean;
}

export interface SetMetadata {
  readonly kind: 'set_metadata';
  readonly serviceId: string;
  readonly metadata: { readonly description: string; readonly owner: string };
}

export type ServicesCommand =
  | PutService
  | PutServiceBulk
  | DeleteService
  | SetPrice
  | CancelNextPrice
  | SetDisabled
  | SetMetadata;

const ofOneService = {
  ...usually,
  reads: ({ serviceId }: { readonly serviceId: string }, wants: TenantWants) =>
    void wants.services.add(serviceId),
  changesTenant: () => true,
};

/** Registers a service, or changes its price and what it is described with. */
const putService: CommandRules<PutService, ServicePut> = {
  ...ofOneService,
  reads: readsPut,
  decide: decidePut,
};

/** Registers many services or changes them, with a result for each. */
const putServiceBulk: CommandRules<PutServiceBulk, ServiceBulkPut> = {
  ...usually,
  reads({ items }, wants) {
    for (const item of items) if (item.kind === 'valid') readsPut(item.item, wants);
  },
  idsMax: ({ items }) => items.length,
  actsMax: ({ items }) => items.length,
  weight: ({ items }) => items.length,
  changesTenant: () => true,
  decide: decideBulk,
};

/** Deletes a service that has nothing left to settle. Its entries, bills and prices are kept. */
const deleteService: CommandRules<DeleteService, ServiceDeleted> = {
  ...ofOneService,
  reads({ serviceId }, wants) {
    wants.services.add(serviceId);
    wants.deletedServices.add(serviceId);
  },
  decide: decideDelete,
};

const setPrice: CommandRules<SetPrice, PriceSet> = { ...ofOneService, decide: decidePrice };
const cancelNextPrice: CommandRules<CancelNextPrice, NextPriceCancelled> = {
  ...ofOneService,
  decide: decideCancel,
};
const setDisabled: CommandRules<SetDisabled, ServiceSwitched> = { ...ofOneService, decide: decideDisabled };
const setMetadata: CommandRules<SetMetadata, MetadataSet> = { ...ofOneService, decide: decideMetadata };

export const servicesCommands = {
  put_service: putService,
  put_service_bulk: putServiceBulk,
  delete_service: deleteService,
  set_price: setPrice,
  cancel_next_price: cancelNextPrice,
  set_disabled: setDisabled,
  set_metadata: setMetadata,
} satisfies RulesOf<ServicesCommand>;

/** How many agents with unsettled usage the refusal names. */
const agentsNamedMax = 3;

function readsPut({ serviceId, unitScale, asset }: PutService, wants: TenantWants): void {
  wants.services.add(serviceId);
  wantAsset(asset, wants);
  // Only a command with decimal places needs to look at the accounts.
  if (unitScale !== undefined) wants.usedServices.add(serviceId);
}

function decidePut(command: PutService, view: View, moment: Moment): Decision<ServicePut> {
  const { serviceId, stated, metadata, effectiveFromMs } = command;
  const known = view.service(serviceId);
  const inAsset = assetOfPut(command, known, view);
  if ('code' in inAsset) return refused(inAsset);
  const mismatch = mismatchOf(stated, inAsset.asset);
  if (mismatch !== undefined) return refused(mismatch);
  if (effectiveFromMs !== undefined && (known === undefined || known.deleted))
    return refused(pricedLater(serviceId));
  const priced =
    known === undefined
      ? newService(serviceId, stated, inAsset)
      : pricedFrom(known, stated, effectiveFromMs, moment.nowMs);
  if ('code' in priced) return refused(priced);
  const { unitScale = priced.unitScale } = command;
  if (unitScale !== priced.unitScale && view.isUsed(serviceId)) {
    return refused(serviceInUse(serviceId, priced.unitScale));
  }
  const described = { ...priced, ...metadata, unitScale };
  const isNew = known === undefined || known.deleted;
  const service = { ...described, deleted: false };
  return done(
    { kind: 'service_put', ...pricesNow(service), unitScale, metadata, isNew },
    serviceChanges(known, service, moment),
  );
}

/** The asset of a service's prices. It never changes after the first registration, even if the service is deleted. */
function assetOfPut(
  { serviceId, asset: wanted }: PutService,
  known: Service | undefined,
  view: View,
): InAsset | Refusal {
  if (known !== undefined) {
    return wanted === undefined || wanted === known.asset ? known : assetInUse(serviceId, known.asset);
  }
  const asset = knownAsset(wanted ?? xlm.code, view);
  if (asset === undefined) return unknownAsset(wanted ?? xlm.code);
  return { asset: asset.code, assetScale: asset.scale };
}

function decideBulk(command: PutServiceBulk, view: View, moment: Moment): Decision<ServiceBulkPut> {
  const draft = new DraftView(view);
  const seen = new Set<string>();
  const results = command.items.map((item, index) =>
    itemResult(item, draft, seen, { ...moment, id: () => moment.id(index) }),
  );
  return {
    kind: 'done',
    fact: { kind: 'service_bulk_put', results },
    changes: draft.changes(),
    // As with usage: a bulk that applied nothing leaves its key free, so that it can be fixed and sent again.
    remembered: results.some(({ kind }) => kind === 'put'),
  };
}

function itemResult(
  sent: ServiceItem,
  draft: DraftView,
  seen: Set<string>,
  moment: Moment,
): ServiceItemResult {
  if (sent.kind === 'invalid') return sent;
  const { serviceId } = sent.item;
  if (seen.has(serviceId)) {
    const message = `service ${serviceId} appears more than once in this bulk`;
    return { kind: 'repeated', serviceId, message };
  }
  seen.add(serviceId);
  const decision = decidePut(sent.item, draft, moment);
  if (decision.kind === 'refused') {
    if (decision.refusal.code === 'invalid_date')
      return { kind: 'invalid', message: decision.refusal.message };
    return { kind: 'refused', code: decision.refusal.code, message: decision.refusal.message };
  }
  draft.apply(decision.changes);
  const { stated, asset, next, isNew } = decision.fact;
  return { kind: 'put', serviceId, stated, asset, next, isNew };
}

function decideDelete(command: DeleteService, view: View, moment: Moment): Decision<ServiceDeleted> {
  const { serviceId } = command;
  const known = knownService(view, serviceId);
  if (known === undefined) return refused(unknownService(serviceId));
  const agents = [...view.unsettledAgents(serviceId)];
  if (agents.length > 0) {
    const some = agents.slice(0, agentsNamedMax).join(', ');
    const message = `service ${serviceId} still has unsettled usage or a credit, for example of: ${some}`;
    return refused({ code: 'service_has_outstanding_usage', message });
  }
  const deleted = { ...withoutNextPrice(known), ...noMetadata, deleted: true, disabled: false };
  return done(
    { kind: 'service_deleted' },
    {
      services: [deleted],
      prices: newPrices(known, deleted, moment.nowMs),
      events: [noted('service.deleted', known, moment)],
    },
  );
}

function decidePrice(command: SetPrice, view: View, moment: Moment): Decision<PriceSet> {
  const known = knownService(view, command.serviceId);
  if (known === undefined) return refused(unknownService(command.serviceId));
  const { stated, effectiveFromMs } = command;
  const mismatch = mismatchOf(stated, known.asset);
  if (mismatch !== undefined) return refused(mismatch);
  const priced = pricedFrom(known, stated, effectiveFromMs, moment.nowMs);
  if ('code' in priced) return refused(priced);
  return done({ kind: 'price_set', ...pricesNow(priced) }, serviceChanges(known, priced, moment));
}

function decideCancel(command: CancelNextPrice, view: View, moment: Moment): Decision<NextPriceCancelled> {
  const { serviceId } = command;
  const known = knownService(view, serviceId);
  if (known === undefined) return refused(unknownService(serviceId));
  if (known.next === undefined) {
    const message = `service ${serviceId} has no next price; a price that has taken effect stays in force until another one is set`;
    return refused({ code: 'not_found', message });
  }
  // The limit of price versions does not apply, so that a wrongly dated price can always be withdrawn.
  const service = withoutNextPrice(known);
  return done({ kind: 'next_price_cancelled' }, serviceChanges(known, service, moment));
}

function decideDisabled(command: SetDisabled, view: View, moment: Moment): Decision<ServiceSwitched> {
  const { serviceId, disabled } = command;
  const known = knownService(view, serviceId);
  if (known === undefined) return refused(unknownService(serviceId));
  const fact: ServiceSwitched = { kind: 'service_switched', serviceId, disabled };
  if (known.disabled === disabled) return done(fact);
  const service = { ...known, disabled };
  const event = noted(disabled ? 'service.disabled' : 'service.enabled', service, moment);
  return done(fact, { services: [service], events: [event] });
}

function decideMetadata(command: SetMetadata, view: View, moment: Moment): Decision<MetadataSet> {
  const { serviceId, metadata } = command;
  const known = knownService(view, serviceId);
  if (known === undefined) return refused(unknownService(serviceId));
  const service = { ...known, ...metadata };
  return done({ kind: 'metadata_set', serviceId, metadata }, serviceChanges(known, service, moment));
}
