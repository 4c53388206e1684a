import { isXlm } from './asset.ts';
import type { Refusal } from './refusal.ts';
import type { Service, StatedPrice } from './service.ts';
import type { View } from './view.ts';

/** A service that is registered and not deleted. */
export function knownService(view: View, serviceId: string): Service | undefined {
  const service = view.service(serviceId);
  return service?.deleted === true ? undefined : service;
}

export function unknownService(serviceId: string): Refusal {
  return { code: 'not_found', message: `service ${serviceId} is not registered` };
}

export function pricedLater(serviceId: string): Refusal {
  const message = `effectiveFrom must not be sent: service ${serviceId} is not registered, so it needs a price now`;
  return { code: 'invalid_date', message };
}

export function serviceInUse(serviceId: string, unitScale: number): Refusal {
  const message = `usage of service ${serviceId} was recorded with ${unitScale} decimal places, which cannot change; register another service`;
  return { code: 'service_in_use', message };
}

export function assetInUse(serviceId: string, asset: string): Refusal {
  const message = `the prices of service ${serviceId} are in ${asset}, which cannot change; register another service`;
  return { code: 'service_in_use', message };
}

/** Why a price does not match the asset of its service. */
export function mismatchOf({ isInStroops = false }: StatedPrice, asset: string): Refusal | undefined {
  if (!isInStroops || isXlm({ asset })) return undefined;
  const message = `the prices of the service are in ${asset}, not in stroops: send a price`;
  return { code: 'asset_mismatch', message, pointer: '/priceStroops' };
}
