import { isUnsettled } from './account.ts';
import { type ModelAsset, xlm } from './assets.ts';
import {
  done,
  type Expected,
  liveService,
  type ModelBooks,
  type ModelService,
  type Moment,
  refused,
  type WriteOf,
} from './books.ts';
import { isDateRefused, keepComeDates, nextOf, pricesBody, statePrice, withdrawNext } from './dated.ts';
import { assetCalled } from './known-assets.ts';
import { type SentPrice, unitPriceOf } from './prices.ts';
import type { PutService } from './write.ts';

export function putOne(
  books: ModelBooks,
  { serviceId, unitScale, effectiveFrom, asset: wanted, ...sent }: PutService,
  { gate, nowMs }: Moment,
): Expected {
  if (gate !== undefined) return refused(gate);
  const isNew = liveService(books, serviceId) === undefined;
  const known = books.services.get(serviceId);
  const asset = known?.asset ?? assetCalled(books, wanted ?? xlm.code);
  if (asset === undefined) return refused('unknown_asset');
  if (wanted !== undefined && wanted !== asset.code) return refused('service_in_use');
  if (isOfStroops(sent, asset)) return refused('asset_mismatch');
  const service = known ?? {
    asset,
    prices: [],
    stated: [],
    scale: 0,
    isDisabled: false,
    isDeleted: false,
  };
  if (effectiveFrom !== undefined && (isNew || isDateRefused(effectiveFrom, nowMs)))
    return refused('invalid_request');
  const isRescaled = unitScale !== undefined && unitScale !== service.scale;
  if (isRescaled && isUsed(books, serviceId)) return refused('service_in_use');
  const before = shown(service, nowMs);
  books.services.set(serviceId, service);
  service.isDeleted = false;
  service.scale = unitScale ?? service.scale;
  statePrice(service, { price: unitPriceOf(sent), per: perOf(sent), effectiveFrom }, nowMs);
  if (isNew || shown(service, nowMs) !== before)
    note(books, isNew ? 'service.registered' : 'service.changed', serviceId);
  const unit = service.scale === 0 ? {} : { unitScale: service.scale };
  return done(isNew ? 201 : 200, { serviceId, ...pricesBody(service, nowMs), ...unit });
}

/** Whether a price is in stroops, but its service is in another asset. */
function isOfStroops(sent: SentPrice, { code }: ModelAsset): boolean {
  return 'priceStroops' in sent && code !== xlm.code;
}

/** The state of a service as an event describes it. A change of only the next price's number causes no event. */
function shown(service: ModelService, nowMs: number): string {
  const { nextPrice, ...prices } = pricesBody(service, nowMs);
  return JSON.stringify([service.scale, prices, { ...nextPrice, version: 0 }]);
}

/** The number of units for which a price is stated. */
function perOf(sent: SentPrice): number {
  return 'per' in sent ? (sent.per ?? 1) : 1;
}

/** Whether anything was recorded for a service: its decimal places can then not change. */
function isUsed({ accounts }: ModelBooks, serviceId: string): boolean {
  return [...accounts.values()].some((account) => account.serviceId === serviceId);
}

export function putMany(books: ModelBooks, { items }: WriteOf<'put_services'>, moment: Moment): Expected {
  if (moment.gate !== undefined) return refused(moment.gate);
  const seen = new Set<string>();
  const results = items.map((item, index) => {
    const { serviceId } = item;
    if (seen.has(serviceId)) return { index, ok: false, error: 'duplicate_in_batch' };
    seen.add(serviceId);
    const put = putOne(books, item, moment);
    if (put.kind === 'refused')
      return { index, ok: false, error: put.code === 'invalid_request' ? 'invalid_item' : put.code };
    const service = liveService(books, serviceId);
    const prices = service && pricesBody(service, moment.nowMs);
    return { index, ok: true, serviceId, ...prices, created: put.status === 201 };
  });
  const isRemembered = results.some(({ ok }) => ok);
  return { kind: 'done', status: 201, body: { results }, isRemembered, learn: () => true };
}

export function setPrice(books: ModelBooks, write: WriteOf<'set_price'>, moment: Moment): Expected {
  if (moment.gate !== undefined) return refused(moment.gate);
  const service = liveService(books, write.serviceId);
  if (service === undefined) return refused('not_found');
  const put = putOne(books, write, moment);
  if (put.kind === 'refused') return put;
  return done(200, { serviceId: write.serviceId, ...pricesBody(service, moment.nowMs) });
}

export function cancelPrice(
  books: ModelBooks,
  { serviceId }: WriteOf<'cancel_price'>,
  { gate, nowMs }: Moment,
): Expected {
  if (gate !== undefined) return refused(gate);
  const service = liveService(books, serviceId);
  if (service === undefined || nextOf(service, nowMs) === undefined) return refused('not_found');
  withdrawNext(service, nowMs);
  note(books, 'service.changed', serviceId);
  return done(204, undefined);
}

export function setDisabled(
  books: ModelBooks,
  write: WriteOf<'set_disabled'>,
  { gate, nowMs }: Moment,
): Expected {
  if (gate !== undefined) return refused(gate);
  const { serviceId, disabled } = write;
  const service = liveService(books, serviceId);
  if (service === undefined) return refused('not_found');
  if (service.isDisabled !== disabled) {
    note(books, disabled ? 'service.disabled' : 'service.enabled', serviceId);
    keepComeDates(service, nowMs);
  }
  service.isDisabled = disabled;
  return done(200, { serviceId, disabled });
}

export function deleteOne(
  books: ModelBooks,
  { serviceId }: WriteOf<'delete_service'>,
  { gate, nowMs }: Moment,
): Expected {
  if (gate !== undefined) return refused(gate);
  const service = liveService(books, serviceId);
  if (service === undefined) return refused('not_found');
  const accounts = [...books.accounts.values()].filter((account) => account.serviceId === serviceId);
  if (accounts.some(isUnsettled)) return refused('service_has_outstanding_usage');
  withdrawNext(service, nowMs);
  service.isDeleted = true;
  service.isDisabled = false;
  note(books, 'service.deleted', serviceId);
  return done(204, undefined);
}

function note(books: ModelBooks, type: string, serviceId: string): void {
  books.events.push({ type, serviceId });
}
