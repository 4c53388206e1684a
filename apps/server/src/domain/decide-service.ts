import type { PutService, SetDisabled, SetMetadata, SetPrice } from './command.ts';
import { type Decision, done, type Moment, refused } from './decision.ts';
import type { Refusal } from './refusal.ts';
import { newService, type Service, withPrice } from './service.ts';
import type { View } from './view.ts';

export function putService(command: PutService, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
  const { serviceId, priceStroops, metadata } = command;
  const known = view.service(serviceId);
  const priced = known === undefined ? newService(serviceId, priceStroops) : withPrice(known, priceStroops);
  const service = metadata === undefined ? priced : { ...priced, ...metadata };
  return serviceChanged(known, service, known === undefined ? 201 : 200, moment);
}

export function setPrice(command: SetPrice, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
  const known = view.service(command.serviceId);
  if (known === undefined) return refused(unknownService(command.serviceId));
  return serviceChanged(known, withPrice(known, command.priceStroops), 200, moment);
}

export function setDisabled(command: SetDisabled, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
  const { serviceId, disabled } = command;
  const known = view.service(serviceId);
  if (known === undefined) return refused(unknownService(serviceId));
  return done({ status: 200, body: { serviceId, disabled } }, { services: [{ ...known, disabled }] });
}

export function setMetadata(command: SetMetadata, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
  const { serviceId, metadata } = command;
  const known = view.service(serviceId);
  if (known === undefined) return refused(unknownService(serviceId));
  return done({ status: 200, body: { serviceId, ...metadata } }, { services: [{ ...known, ...metadata }] });
}

function unknownService(serviceId: string): Refusal {
  return { code: 'not_found', message: `service ${serviceId} is not registered` };
}

function serviceChanged(
  known: Service | undefined,
  service: Service,
  status: 200 | 201,
  moment: Moment,
): Decision {
  const { serviceId, priceStroops, priceVersion } = service;
  const isNewPrice = priceVersion !== known?.priceVersion;
  return done(
    {
      status,
      location: `/services/${serviceId}`,
      body: { serviceId, priceStroops: Number(priceStroops) },
    },
    {
      services: [service],
      prices: isNewPrice ? [{ serviceId, version: priceVersion, priceStroops, setAtMs: moment.nowMs }] : [],
    },
  );
}
