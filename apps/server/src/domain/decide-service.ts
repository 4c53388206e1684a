import type { DeleteService, PutService, SetDisabled, SetMetadata, SetPrice } from './command.ts';
import { type Decision, done, type Moment, refused } from './decision.ts';
import type { NotedEvent } from './event.ts';
import type { Refusal } from './refusal.ts';
import { newService, type Service, withPrice } from './service.ts';
import type { View } from './view.ts';

/** So many agents are named when something of theirs keeps a service. */
const agentsNamedMax = 3;

export function putService(command: PutService, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
  const { serviceId, priceStroops, metadata } = command;
  const known = view.service(serviceId);
  const priced = known === undefined ? newService(serviceId, priceStroops) : withPrice(known, priceStroops);
  const described = metadata === undefined ? priced : { ...priced, ...metadata };
  const isNew = known === undefined || known.deleted;
  return serviceChanged(known, { ...described, deleted: false }, isNew ? 201 : 200, moment, metadata);
}

/** Deletes a service on which nothing is left to settle. What was recorded, billed and priced stays. */
export function deleteService(command: DeleteService, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
  const { serviceId } = command;
  const known = knownService(view, serviceId);
  if (known === undefined) return refused(unknownService(serviceId));
  const agents = [...view.unsettledAgents(serviceId)];
  if (agents.length > 0) {
    const some = agents.slice(0, agentsNamedMax).join(', ');
    const message = `service ${serviceId} still has unsettled usage or a credit, for example of: ${some}`;
    return refused({ code: 'service_has_outstanding_usage', message });
  }
  const deleted = { ...known, deleted: true, disabled: false, description: undefined, owner: undefined };
  return done({ status: 204 }, { services: [deleted], events: [noted('service.deleted', known, moment)] });
}

export function setPrice(command: SetPrice, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
  const known = knownService(view, command.serviceId);
  if (known === undefined) return refused(unknownService(command.serviceId));
  return serviceChanged(known, withPrice(known, command.priceStroops), 200, moment);
}

export function setDisabled(command: SetDisabled, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
  const { serviceId, disabled } = command;
  const known = knownService(view, serviceId);
  if (known === undefined) return refused(unknownService(serviceId));
  const answer = { status: 200, body: { serviceId, disabled } } as const;
  if (known.disabled === disabled) return done(answer);
  const service = { ...known, disabled };
  const event = noted(disabled ? 'service.disabled' : 'service.enabled', service, moment);
  return done(answer, { services: [service], events: [event] });
}

export function setMetadata(command: SetMetadata, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
  const { serviceId, metadata } = command;
  const known = knownService(view, serviceId);
  if (known === undefined) return refused(unknownService(serviceId));
  const service = { ...known, ...metadata };
  return done(
    { status: 200, body: { serviceId, ...metadata } },
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

function serviceChanged(
  known: Service | undefined,
  service: Service,
  status: 200 | 201,
  moment: Moment,
  metadata?: PutService['metadata'],
): Decision {
  const { serviceId, priceStroops, priceVersion } = service;
  const isNewPrice = priceVersion !== known?.priceVersion;
  return done(
    {
      status,
      location: `/services/${encodeURIComponent(serviceId)}`,
      body: { serviceId, priceStroops: Number(priceStroops), ...metadata },
    },
    {
      services: [service],
      prices: isNewPrice ? [{ serviceId, version: priceVersion, priceStroops, setAtMs: moment.nowMs }] : [],
      events: changeEvents(known, service, moment),
    },
  );
}

function changeEvents(known: Service | undefined, service: Service, moment: Moment): NotedEvent[] {
  if (known === undefined || known.deleted) return [noted('service.registered', service, moment)];
  return isChanged(known, service) ? [noted('service.changed', service, moment)] : [];
}

function isChanged(known: Service, service: Service): boolean {
  return (
    known.priceStroops !== service.priceStroops ||
    known.description !== service.description ||
    known.owner !== service.owner
  );
}

function noted(type: NotedEvent['type'], service: Service, moment: Moment): NotedEvent {
  const { serviceId, priceStroops, disabled, description, owner } = service;
  const data = {
    serviceId,
    priceStroops: Number(priceStroops),
    disabled,
    ...(description === undefined ? {} : { description }),
    ...(owner === undefined ? {} : { owner }),
  };
  return { id: moment.id(0), type, atMs: moment.nowMs, data };
}
