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
import { priceBody, type SentPrice, unitPriceOf } from './prices.ts';

export function putOne(
  books: ModelBooks,
  { serviceId, ...sent }: { readonly serviceId: string } & SentPrice,
  { gate }: Moment,
): Expected {
  if (gate !== undefined) return refused(gate);
  const isNew = liveService(books, serviceId) === undefined;
  const service = books.services.get(serviceId) ?? {
    prices: [],
    per: 1,
    isDisabled: false,
    isDeleted: false,
  };
  books.services.set(serviceId, service);
  service.isDeleted = false;
  const price = unitPriceOf(sent);
  const per = 'per' in sent ? sent.per : 1;
  const isNewPrice = service.prices.at(-1) !== price;
  const isChanged = isNewPrice || service.per !== per;
  if (isNewPrice) service.prices.push(price);
  service.per = per;
  if (isNew || isChanged) note(books, isNew ? 'service.registered' : 'service.changed', serviceId);
  return done(isNew ? 201 : 200, { serviceId, ...priceBody(price, per) });
}

export function putMany(books: ModelBooks, { items }: WriteOf<'put_services'>, moment: Moment): Expected {
  if (moment.gate !== undefined) return refused(moment.gate);
  const seen = new Set<string>();
  const results = items.map((item, index) => {
    const { serviceId } = item;
    if (seen.has(serviceId)) return { index, ok: false, error: 'duplicate_in_batch' };
    seen.add(serviceId);
    const put = putOne(books, item, moment);
    const shown = priceBody(unitPriceOf(item), 'per' in item ? item.per : 1);
    return { index, ok: true, serviceId, ...shown, created: put.kind === 'done' && put.status === 201 };
  });
  return done(201, { results });
}

export function setPrice(books: ModelBooks, write: WriteOf<'set_price'>, moment: Moment): Expected {
  if (moment.gate !== undefined) return refused(moment.gate);
  return liveService(books, write.serviceId) === undefined
    ? refused('not_found')
    : putOne(books, write, moment);
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
