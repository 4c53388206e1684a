import { compileValidator, ServicePut } from '@billonce/contract';
import type { SourceService } from './agentpay.ts';
import type { Book, MoveWish } from './book.ts';
import { identityOf } from './identity.ts';
import { refusalOf } from './json-client.ts';
import { countOf, memberOf, textOf } from './json-members.ts';
import { MoveFault } from './move-fault.ts';
import type { Report } from './report.ts';
import type { Target } from './target.ts';

const validateService = compileValidator(ServicePut);

/** A service as Billonce has it; `undefined` if there is none. */
export async function serviceThere(target: Target, tenant: string, serviceId: string): Promise<unknown> {
  const { status, json } = await target.get(tenant, `/services/${encodeURIComponent(serviceId)}`);
  if (status === 404) return undefined;
  if (status === 200) return json;
  throw new MoveFault(`the server answers service ${serviceId} with ${refusalOf(status, json)}`);
}

/** Carries over the services of a book. Returns those that differ here: their usage would get another price. */
export async function carryServices(
  book: Book,
  wish: MoveWish,
  target: Target,
  report: Report,
): Promise<ReadonlySet<string>> {
  const left = new Set<string>();
  for (const service of book.services) {
    const reason = await carryService(service, book, wish, target, report);
    if (reason === undefined) continue;
    left.add(service.serviceId);
    report.refused(`service ${service.serviceId} of ${book.name}`, reason);
  }
  return left;
}

/** Returns why a service differs here. */
async function carryService(
  service: SourceService,
  book: Book,
  { source, isDryRun }: MoveWish,
  target: Target,
  report: Report,
): Promise<string | undefined> {
  const { id, tenant } = book;
  const { serviceId, priceStroops, description, owner } = service;
  const metadata = {
    ...(description === undefined ? {} : { description }),
    ...(owner === undefined ? {} : { owner }),
  };
  const body = { serviceId, priceStroops, ...metadata };
  const validated = validateService(body);
  if (validated.kind === 'invalid') {
    return validated.faults.map(({ pointer, message }) => `${pointer.slice(1)} ${message}`).join('; ');
  }
  const there = await serviceThere(target, tenant, serviceId);
  if (there === undefined) {
    if (isDryRun) {
      const name = `${tenant} ${serviceId}`;
      const planned = report.plannedPrices.get(name);
      if (planned !== undefined && planned !== priceStroops) return otherPrice(tenant, planned, priceStroops);
      if (planned === undefined) report.carried('services');
      else report.alreadyThere('services');
      report.plannedPrices.set(name, priceStroops);
      return undefined;
    }
    const key = identityOf(source, 'service', id, tenant, JSON.stringify(body));
    const { status, json, isReplayed } = await target.post(tenant, '/services', key, body);
    if (status !== 201 && status !== 200) return refusalOf(status, json);
    if (isReplayed) report.alreadyThere('services');
    else report.carried('services');
    return undefined;
  }
  const price = countOf(there, 'priceStroops');
  if (price !== priceStroops) {
    return otherPrice(tenant, price, priceStroops);
  }
  report.alreadyThere('services');
  if (!isDryRun) await carryMetadata(service, there, book, source, target, report);
  return undefined;
}

function otherPrice(tenant: string, here: number | undefined, there: number): string {
  return `tenant ${tenant} already has it at the price ${here}, and AgentPay has it at ${there}`;
}

/** For a service that existed here without them. The service itself exists, so its usage is carried over in any case. */
async function carryMetadata(
  { serviceId, description, owner }: SourceService,
  there: unknown,
  { id, tenant, name }: Book,
  source: string,
  target: Target,
  report: Report,
): Promise<void> {
  if (description === undefined || owner === undefined) return;
  // Another description was set by the operator; the comparison reports it.
  if (textOf(there, 'description') !== undefined || textOf(there, 'owner') !== undefined) return;
  const key = identityOf(source, 'metadata', id, tenant, serviceId, description, owner);
  const path = `/services/${encodeURIComponent(serviceId)}/metadata`;
  const { status, json } = await target.put(tenant, path, key, { description, owner });
  if (status !== 200) report.refused(`metadata of ${serviceId} of ${name}`, refusalOf(status, json));
}

/**
 * Disables the services that are disabled in AgentPay. This is done after the usage, which a disabled service would
 * refuse.
 */
export async function carryDisabled(
  { id, tenant, name, services }: Book,
  left: ReadonlySet<string>,
  { source, isDryRun }: MoveWish,
  target: Target,
  report: Report,
): Promise<void> {
  for (const { serviceId, disabled } of services) {
    if (!disabled || left.has(serviceId)) continue;
    const isThere = memberOf(await serviceThere(target, tenant, serviceId), 'disabled') === true;
    if (isThere) report.alreadyThere('disabled flags');
    else if (isDryRun) report.carried('disabled flags');
    else {
      const key = identityOf(source, 'disable', id, tenant, serviceId);
      const path = `/services/${encodeURIComponent(serviceId)}/disable`;
      const { status, json, isReplayed } = await target.post(tenant, path, key, undefined);
      if (status !== 200) report.refused(`disabling ${serviceId} of ${name}`, refusalOf(status, json));
      else if (isReplayed) report.alreadyThere('disabled flags');
      else report.carried('disabled flags');
    }
  }
}
