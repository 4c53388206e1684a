import type { ApiRequest } from '../harness/api.ts';
import type { SentPrice } from './prices.ts';
import type { Use } from './units.ts';

/** A usage item as a client sends it. An intentionally wrong item has `requests: 0`. */
export interface Item extends Use {
  readonly agent: string;
  readonly serviceId: string;
  readonly id?: string;
  readonly occurredAt?: string;
}

/** The account that a write is about. */
export interface AccountName {
  readonly agent: string;
  readonly serviceId: string;
}

/** A service in another asset than XLM refuses a price in stroops. */
type ServicePrice = SentPrice & { readonly serviceId: string; readonly effectiveFrom?: string };
/**
 * A service as it is registered. Omitted decimal places and an omitted asset remain as they were; for a new service
 * they are 0 and XLM.
 */
export type PutService = ServicePrice & { readonly unitScale?: number; readonly asset?: string };

/** A write, independent of its HTTP form. */
export type Write =
  | { readonly kind: 'usage'; readonly item: Item }
  | { readonly kind: 'bulk'; readonly items: readonly Item[]; readonly isAtomic: boolean }
  | ({ readonly kind: 'settle' } & SettleWrite)
  | { readonly kind: 'settle_bulk'; readonly agent: string }
  | { readonly kind: 'put_asset'; readonly code: string; readonly scale: number }
  | ({ readonly kind: 'put_service' } & PutService)
  | { readonly kind: 'put_services'; readonly items: readonly PutService[] }
  | ({ readonly kind: 'set_price' } & ServicePrice)
  | { readonly kind: 'cancel_price'; readonly serviceId: string }
  | { readonly kind: 'set_disabled'; readonly serviceId: string; readonly disabled: boolean }
  | { readonly kind: 'delete_service'; readonly serviceId: string }
  | ({ readonly kind: 'set_limit'; readonly name: string } & LimitWrite)
  | { readonly kind: 'delete_limit'; readonly name: string }
  | ({ readonly kind: 'set_billing' } & BillingWrite)
  | ({ readonly kind: 'create_grant' } & GrantWrite)
  | ({ readonly kind: 'create_refund' } & RefundWrite)
  | { readonly kind: 'void_grant'; readonly agent: string; readonly grantId: string }
  | ({ readonly kind: 'create_hold' } & HoldWrite)
  | ({ readonly kind: 'capture_hold' } & CaptureWrite)
  | { readonly kind: 'release_hold'; readonly holdId: string }
  | { readonly kind: 'extend_hold'; readonly holdId: string; readonly expiresInMs: number }
  | ({ readonly kind: 'reverse'; readonly entryId: string } & Use)
  | ({ readonly kind: 'clear' } & AccountName)
  | ({ readonly kind: 'write_off' } & ExpectedAmount & AccountName);

/** The amount that a client expects: in stroops for a service in XLM, or exact in the asset of the service. */
export interface ExpectedAmount {
  readonly expectedStroops?: string;
  readonly expectedAmount?: string;
}

export interface LimitWrite {
  readonly agent: string | undefined;
  readonly serviceId: string | undefined;
  readonly window: 'day' | 'lifetime';
  readonly max: { readonly quantity: string } | { readonly amount: string; readonly asset?: string };
}

/** Without an agent it is the default policy. Without a policy, that of an agent is removed. */
export interface BillingWrite {
  readonly agent: string | undefined;
  readonly policy:
    | { readonly mode: 'postpaid' | 'prepaid'; readonly overdraft: string; readonly asset?: string }
    | undefined;
}

export interface GrantWrite {
  readonly agent: string;
  /** XLM by default */
  readonly asset?: string;
  readonly amount: string;
  readonly priority?: number;
  readonly expiresAt?: string;
  readonly id?: string;
}

/** A refund that is not made by a reversal. */
export interface RefundWrite {
  readonly agent: string;
  readonly asset?: string;
  readonly amount: string;
  readonly reason: string;
  readonly id?: string;
}

/** A hold of either a use or an amount. */
export interface HoldWrite extends AccountName, Use {
  readonly amount?: string;
  readonly expiresInMs?: number;
  readonly id?: string;
}

export interface CaptureWrite extends Use {
  readonly holdId: string;
  readonly id?: string;
  readonly occurredAt?: string;
}

export interface SettleWrite extends AccountName, ExpectedAmount {
  readonly through?: number;
  readonly ifMatch?: string;
}

/** A write with its tenant and its key. */
export interface Sent {
  readonly tenant: string;
  readonly write: Write;
  readonly key: string | undefined;
}

/** The request of a write; its path is below `/api/v1`. */
export function requestOf({ write, key }: Sent): { readonly path: string; readonly request: ApiRequest } {
  const { path, ...request } = formOf(write);
  return { path, request: { method: 'POST', ...request, ...(key === undefined ? {} : { key }) } };
}

function formOf(write: Write): ApiRequest & { readonly path: string } {
  switch (write.kind) {
    case 'usage':
      return { path: '/usage', body: write.item };
    case 'bulk':
      return { path: `/usage/bulk${write.isAtomic ? '?mode=atomic' : ''}`, body: { items: write.items } };
    case 'settle': {
      const { kind: _, ifMatch, ...body } = write;
      return {
        path: '/settle',
        body,
        ...(ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } }),
      };
    }
    case 'settle_bulk':
      return { path: '/settle/bulk', body: { agent: write.agent } };
    case 'put_asset':
      return { path: `/assets/${write.code}`, method: 'PUT', body: { scale: write.scale } };
    case 'put_service': {
      const { kind: _, ...body } = write;
      return { path: '/services', body };
    }
    case 'put_services':
      return { path: '/services/bulk', body: { items: write.items } };
    case 'set_price': {
      const { kind: _, serviceId, ...body } = write;
      return {
        path: `/services/${encodeURIComponent(serviceId)}/price`,
        method: 'PATCH',
        body,
      };
    }
    case 'cancel_price':
      return { path: `/services/${encodeURIComponent(write.serviceId)}/prices/next`, method: 'DELETE' };
    case 'set_disabled':
      return {
        path: `/services/${encodeURIComponent(write.serviceId)}/${write.disabled ? 'disable' : 'enable'}`,
      };
    case 'delete_service':
      return { path: `/services/${encodeURIComponent(write.serviceId)}`, method: 'DELETE' };
    case 'set_limit': {
      const { agent, serviceId, window, max } = write;
      const body = { agent, serviceId, window, action: 'refuse', max };
      return { path: `/limits/${write.name}`, method: 'PUT', body };
    }
    case 'delete_limit':
      return { path: `/limits/${write.name}`, method: 'DELETE' };
    case 'set_billing':
    case 'create_grant':
    case 'create_refund':
    case 'void_grant':
    case 'create_hold':
    case 'capture_hold':
    case 'release_hold':
    case 'extend_hold':
      return prepaidForm(write);
    case 'reverse': {
      const { kind: _, entryId, ...wanted } = write;
      return { path: `/entries/${entryId}/reverse`, body: { reason: 'wrong', ...wanted } };
    }
    case 'write_off': {
      const { kind: _, agent: __, serviceId: ___, ...expected } = write;
      const body = { reason: 'closed', ...expected };
      return { path: `/credits/${pathOf(write)}/write-off`, body };
    }
    case 'clear':
      return { path: `/usage/${pathOf(write)}`, method: 'DELETE' };
  }
}

export type PrepaidWrite = Extract<
  Write,
  {
    readonly kind:
      | 'set_billing'
      | 'create_grant'
      | 'create_refund'
      | 'void_grant'
      | 'create_hold'
      | 'capture_hold'
      | 'release_hold'
      | 'extend_hold';
  }
>;

function prepaidForm(write: PrepaidWrite): ApiRequest & { readonly path: string } {
  switch (write.kind) {
    case 'set_billing': {
      const { agent, policy } = write;
      if (agent === undefined) return { path: '/billing-policy', method: 'PUT', body: policy };
      const path = `/agents/${encodeURIComponent(agent)}/billing`;
      return policy === undefined ? { path, method: 'DELETE' } : { path, method: 'PUT', body: policy };
    }
    case 'create_grant':
    case 'create_refund': {
      const { kind, agent, ...body } = write;
      const made = kind === 'create_grant' ? 'grants' : 'refunds';
      return { path: `/agents/${encodeURIComponent(agent)}/${made}`, body };
    }
    case 'void_grant': {
      const grant = encodeURIComponent(write.grantId);
      return { path: `/agents/${encodeURIComponent(write.agent)}/grants/${grant}/void` };
    }
    case 'create_hold': {
      const { kind: _, ...body } = write;
      return { path: '/holds', body };
    }
    case 'capture_hold': {
      const { kind: _, holdId, ...body } = write;
      return { path: `/holds/${encodeURIComponent(holdId)}/capture`, body };
    }
    case 'release_hold':
      return { path: `/holds/${encodeURIComponent(write.holdId)}/release` };
    case 'extend_hold': {
      const { holdId, expiresInMs } = write;
      return { path: `/holds/${encodeURIComponent(holdId)}/extend`, body: { expiresInMs } };
    }
  }
}

/** The path of an account. */
export function pathOf({ agent, serviceId }: AccountName): string {
  return `${encodeURIComponent(agent)}/${encodeURIComponent(serviceId)}`;
}

export function changesTenant({ kind }: Write): boolean {
  return [
    'put_asset',
    'put_service',
    'put_services',
    'set_price',
    'cancel_price',
    'set_disabled',
    'delete_service',
    'set_limit',
    'delete_limit',
  ].includes(kind);
}
