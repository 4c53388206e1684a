import * as services from '../schemas/services.ts';
import { location, type Operation, weakEtag } from './operation.ts';

/** Services and their prices. */
export const servicesOperations = {
  putService: {
    method: 'POST',
    path: '/api/v1/services',
    summary: 'Register a service, or change its price',
    access: 'tenant',
    body: services.ServicePut,
    successes: {
      201: { description: 'New.', schema: services.ServicePrice, headers: location },
      200: { description: 'Changed.', schema: services.ServicePrice, headers: location },
    },
    errors: [],
  },
  listServices: {
    method: 'GET',
    path: '/api/v1/services',
    summary: 'Services, by their ids',
    access: 'tenant',
    query: services.ServiceFilter,
    successes: { 200: { description: 'A page.', schema: services.ServiceList, headers: weakEtag } },
    errors: [],
  },
  readService: {
    method: 'GET',
    path: '/api/v1/services/{serviceId}',
    summary: 'One service',
    access: 'tenant',
    params: services.ServiceParams,
    successes: { 200: { description: 'The service.', schema: services.Service } },
    errors: ['not_found'],
  },
  readServiceUsage: {
    method: 'GET',
    path: '/api/v1/services/{serviceId}/usage',
    summary: 'Outstanding requests of a service over all agents',
    access: 'tenant',
    params: services.ServiceParams,
    successes: { 200: { description: 'The sum.', schema: services.ServiceUsage } },
    errors: [],
  },
  setPrice: {
    method: 'PATCH',
    path: '/api/v1/services/{serviceId}/price',
    summary: 'Set the price of what is recorded from now on',
    access: 'tenant',
    params: services.ServiceParams,
    body: services.PricePatch,
    successes: {
      200: { description: 'The price in force.', schema: services.ServicePrice, headers: location },
    },
    errors: ['not_found'],
  },
} as const satisfies Record<string, Operation>;
