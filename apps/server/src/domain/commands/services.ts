import { type InAsset, isXlm, xlm } from '../asset.ts';
import { type CommandRules, type RulesOf, usually } from '../command-rules.ts';
import { type Decision, done, type Moment, refused } from '../decision.ts';
import type { NotedEvent } from '../event.ts';
import { priceShown, tiersShown } from '../price-shown.ts';
import type { Refusal } from '../refusal.ts';
import {
  metadataOf,
  newService,
  noMetadata,
  priceVersionsMax,
  type SentMetadata,
  type Service,
  type StatedPrice,
  withPrice,
} from '../service.ts';
import { isSameTiers } from '../tiers.ts';
import { type Changes, DraftView, type View } from '../view.ts';
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
  | SetDisabled
  | SetMetadata;

export interface ServicePut {
  readonly kind: 'service_put';
  readonly serviceId: string;
  readonly stated: StatedPrice;
  readonly asset: string;
  readonly unitScale: number;
  readonly metadata: PutService['metadata'];
  /** whether it was not registered before */
  readonly isNew: boolean;
}

export interface ServiceBulkPut {
  readonly kind: 'service_bulk_put';
  /** of all items, in their order */
  readonly results: readonly ServiceItemResult[];
}

export type ServiceItemResult =
  | {
      readonly kind: 'put';
      readonly serviceId: string;
      readonly stated: StatedPrice;
      readonly asset: string;
      readonly isNew: boolean;
    }
  /** an item before it has the same service */
  | { readonly kind: 'repeated'; readonly serviceId: string; readonly message: string }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'invalid'; readonly message: string };

export interface ServiceDeleted {
  readonly kind: 'service_deleted';
}

export interface PriceSet {
  readonly kind: 'price_set';
  readonly serviceId: string;
  readonly stated: StatedPrice;
  readonly asset: string;
}

export interface ServiceSwitched {
  readonly kind: 'service_switched';
  readonly serviceId: string;
  readonly disabled: boolean;
}

export interface MetadataSet {
  readonly kind: 'metadata_set';
  readonly serviceId: string;
  readonly metadata: SetMetadata['metadata'];
}

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

/** Deletes a service on which nothing is left to settle. What was recorded, billed and priced stays. */
const deleteService: CommandRules<DeleteService, ServiceDeleted> = {
  ...ofOneService,
  reads({ serviceId }, wants) {
    wants.services.add(serviceId);
    wants.deletedServices.add(serviceId);
  },
  decide: decideDelete,
};

const setPrice: CommandRules<SetPrice, PriceSet> = { ...ofOneService, decide: decidePrice };
const setDisabled: CommandRules<SetDisabled, ServiceSwitched> = { ...ofOneService, decide: decideDisabled };
const setMetadata: CommandRules<SetMetadata, MetadataSet> = { ...ofOneService, decide: decideMetadata };

export const servicesCommands = {
  put_service: putService,
  put_service_bulk: putServiceBulk,
  delete_service: deleteService,
  set_price: setPrice,
  set_disabled: setDisabled,
  set_metadata: setMetadata,
} satisfies RulesOf<ServicesCommand>;

/** How many agents with unsettled usage the refusal names. */
const agentsNamedMax = 3;

function readsPut({ serviceId, unitScale, asset }: PutService, wants: TenantWants): void {
  wants.services.add(serviceId);
  wantAsset(asset, wants);
  // Only who sends decimal places pays for a look at the accounts.
  if (unitScale !== undefined) wants.usedServices.add(serviceId);
}

function decidePut(command: PutService, view: View, moment: Moment): Decision<ServicePut> {
  const { serviceId, stated, metadata } = command;
  const known = view.service(serviceId);
  const inAsset = assetOfPut(command, known, view);
  if ('code' in inAsset) return refused(inAsset);
  const mismatch = mismatchOf(stated, inAsset.asset);
  if (mismatch !== undefined) return refused(mismatch);
  const priced = known === undefined ? newService(serviceId, stated, inAsset) : withPrice(known, stated);
  if (priced.priceVersion !== known?.priceVersion && priced.priceVersion > priceVersionsMax)
    return refused(tooManyPrices(serviceId));
  const { unitScale = priced.unitScale } = command;
  if (command.unitScale !== undefined && unitScale !== priced.unitScale && view.isUsed(serviceId)) {
    return refused(serviceInUse(serviceId, priced.unitScale));
  }
  const described = { ...priced, ...metadata, unitScale };
  const isNew = known === undefined || known.deleted;
  const service = { ...described, deleted: false };
  return done(
    { kind: 'service_put', serviceId, stated, asset: inAsset.asset, unitScale, metadata, isNew },
    serviceChanges(known, service, moment),
  );
}

/** What the prices of a service are in; it stays from the first registration on, also when the service is deleted. */
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

/** Why a price does not go with the asset of its service. */
function mismatchOf({ isInStroops = false }: StatedPrice, asset: string): Refusal | undefined {
  if (!isInStroops || isXlm({ asset })) return undefined;
  const message = `the prices of the service are in ${asset}, not in stroops: send a price`;
  return { code: 'asset_mismatch', message, pointer: '/priceStroops' };
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
  const { serviceId, stated } = sent.item;
  if (seen.has(serviceId)) {
    const message = `service ${serviceId} appears more than once in this bulk`;
    return { kind: 'repeated', serviceId, message };
  }
  seen.add(serviceId);
  const decision = decidePut(sent.item, draft, moment);
  if (decision.kind === 'refused') {
    return { kind: 'refused', code: decision.refusal.code, message: decision.refusal.message };
  }
  draft.apply(decision.changes);
  const { asset, isNew } = decision.fact;
  return { kind: 'put', serviceId, stated, asset, isNew };
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
  const deleted = { ...known, ...noMetadata, deleted: true, disabled: false };
  return done(
    { kind: 'service_deleted' },
    { services: [deleted], events: [noted('service.deleted', known, moment)] },
  );
}

function decidePrice(command: SetPrice, view: View, moment: Moment): Decision<PriceSet> {
  const known = knownService(view, command.serviceId);
  if (known === undefined) return refused(unknownService(command.serviceId));
  const { serviceId, stated } = command;
  const { asset } = known;
  const mismatch = mismatchOf(stated, asset);
  if (mismatch !== undefined) return refused(mismatch);
  const priced = withPrice(known, stated);
  // Books from before the limit may have more versions; then the price stays.
  if (priced.priceVersion !== known?.priceVersion && priced.priceVersion > priceVersionsMax) {
    return refused(tooManyPrices(command.serviceId));
  }
  return done({ kind: 'price_set', serviceId, stated, asset }, serviceChanges(known, priced, moment));
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
  return done(
    { kind: 'metadata_set', serviceId, metadata },
    {
      services: [service],
      events: isChanged(known, service) ? [noted('service.changed', service, moment)] : [],
    },
  );
}

/** A service that is registered and was not deleted since. */
function knownService(view: View, serviceId: string): Service | undefined {
  const service = view.service(serviceId);
  return service?.deleted === true ? undefined : service;
}

function unknownService(serviceId: string): Refusal {
  return { code: 'not_found', message: `service ${serviceId} is not registered` };
}

function serviceInUse(serviceId: string, unitScale: number): Refusal {
  const message = `usage of service ${serviceId} was recorded with ${unitScale} decimal places, which stay; register another service`;
  return { code: 'service_in_use', message };
}

function assetInUse(serviceId: string, asset: string): Refusal {
  const message = `the prices of service ${serviceId} are in ${asset}, which stays; register another service`;
  return { code: 'service_in_use', message };
}

function tooManyPrices(serviceId: string): Refusal {
  const message = `service ${serviceId} has ${priceVersionsMax} price versions, which is the limit; register another service`;
  return { code: 'limit_exceeded', message };
}

function serviceChanges(known: Service | undefined, service: Service, moment: Moment): Partial<Changes> {
  const { serviceId, price, priceVersion, tiers, firstPrice } = service;
  const isNewPrice = priceVersion !== known?.priceVersion;
  const made = { serviceId, setAtMs: moment.nowMs };
  // A service that begins with tiers has a flat version 1 before them.
  const isFirst = known === undefined && priceVersion > 1;
  return {
    services: [service],
    prices: [
      ...(isFirst ? [{ ...made, version: 1, price: firstPrice }] : []),
      ...(isNewPrice ? [{ ...made, version: priceVersion, price, tiers }] : []),
    ],
    events: changeEvents(known, service, moment),
  };
}

function changeEvents(known: Service | undefined, service: Service, moment: Moment): NotedEvent[] {
  if (known === undefined || known.deleted) return [noted('service.registered', service, moment)];
  return isChanged(known, service) ? [noted('service.changed', service, moment)] : [];
}

function isChanged(known: Service, service: Service): boolean {
  return (
    known.price !== service.price ||
    !isSameTiers(known.tiers, service.tiers) ||
    known.pricePer !== service.pricePer ||
    known.unitScale !== service.unitScale ||
    String(metadataOf(known)) !== String(metadataOf(service))
  );
}

function noted(type: NotedEvent['type'], service: Service, moment: Moment): NotedEvent {
  const { serviceId, price, pricePer, asset, unitScale, disabled, tiers } = service;
  const metadata = metadataOf(service).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  const { priceStroops, tiers: _, period: __, ...shown } = priceShown(price, asset, pricePer, tiers);
  const inStroops = priceStroops === undefined ? {} : { priceStroops };
  const scaled = unitScale === 0 ? {} : { unitScale };
  const inTiers = tiersShown(tiers, pricePer);
  const data = {
    serviceId,
    ...inStroops,
    ...shown,
    ...inTiers,
    ...scaled,
    disabled,
    ...Object.fromEntries(metadata),
  };
  return { id: moment.id(0), type, atMs: moment.nowMs, data };
}
