import { isUnsettled } from './account.ts';
import {
  done,
  type Expected,
  liveService,
  type ModelBooks,
  type Moment,
  refused,
  type WriteOf,
} from './books.ts';
import { firstPrices, isSamePrice, priceBody, type SentPrice, unitPriceOf } from './prices.ts';
import type { PutService } from './write.ts';

export function putOne(
  books: ModelBooks,
  { serviceId, unitScale, ...sent }: PutService,
  { gate }: Moment,
): Expected {
  if (gate !== undefined) return refused(gate);
  const isNew = liveService(books, serviceId) === undefined;
  const service = books.services.get(serviceId) ?? {
    prices: [],
    scale: 0,
    per: 1,
    isDisabled: false,
    isDeleted: false,
  };
  const isRescaled = unitScale !== undefined && unitScale !== service.scale;
  if (isRescaled && isUsed(books, serviceId)) return refused('service_in_use');
  books.services.set(serviceId, service);
  service.isDeleted = false;
  service.scale = unitScale ?? service.scale;
  const price = unitPriceOf(sent);
  const per = perOf(sent);
  const isNewPrice = !isSamePrice(service.prices.at(-1), price);
  const isChanged = isNewPrice || isRescaled || service.per !== per;
  if (isNewPrice) service.prices.push(...(service.prices.length === 0 ? firstPrices(price) : [price]));
  service.per = per;
  if (isNew || isChanged) note(books, isNew ? 'service.registered' : 'service.changed', serviceId);
  const unit = service.scale === 0 ? {} : { unitScale: service.scale };
  return done(isNew ? 201 : 200, { serviceId, ...priceBody(price, per), ...unit });
}

/** For how many units a price is stated. */
function perOf(sent: SentPrice): number {
  return 'per' in sent ? (sent.per ?? 1) : 1;
}

/** Whether something was recorded of a service: its places stay then. */
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
    if (put.kind === 'refused') return { index, ok: false, error: put.code };
    const shown = priceBody(unitPriceOf(item), perOf(item));
    return { index, ok: true, serviceId, ...shown, created: put.status === 201 };
  });
  const isRemembered = results.some(({ ok }) => ok);
  return { kind: 'done', status: 201, body: { results }, isRemembered, learn: () => true };
}

export function setPrice(books: ModelBooks, write: WriteOf<'set_price'>, moment: Moment): Expected {
  if (moment.gate !== undefined) return refused(moment.gate);
  if (liveService(books, write.serviceId) === undefined) return refused('not_found');
  const put = putOne(books, write, moment);
  const { serviceId, kind: _, ...sent } = write;
  const shown = priceBody(unitPriceOf(sent), perOf(sent));
  return put.kind === 'refused' ? put : done(200, { serviceId, ...shown });
}

export function setDisabled(books: ModelBooks, write: WriteOf<'set_disabled'>, { gate }: Moment): Expected {
  if (gate !== undefined) return refused(gate);
  const { serviceId, disabled } = write;
  const service = liveService(books, serviceId);
  if (service === undefined) return refused('not_found');
  if (service.isDisabled !== disabled)
    note(books, disabled ? 'service.disabled' : 'service.enabled', serviceId);
  service.isDisabled = disabled;
  return done(200, { serviceId, disabled });
}

export function deleteOne(
  books: ModelBooks,
  { serviceId }: WriteOf<'delete_service'>,
  { gate }: Moment,
): Expected {
  if (gate !== undefined) return refused(gate);
  const service = liveService(books, serviceId);
  if (service === undefined) return refused('not_found');
  const accounts = [...books.accounts.values()].filter((account) => account.serviceId === serviceId);
  if (accounts.some(isUnsettled)) return refused('service_has_outstanding_usage');
  service.isDeleted = true;
  service.isDisabled = false;
  note(books, 'service.deleted', serviceId);
  return done(204, undefined);
}

function note(books: ModelBooks, type: string, serviceId: string): void {
  books.events.push({ type, serviceId });
}
