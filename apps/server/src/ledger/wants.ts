import { accountsMaxOf, type Command } from '../domain/command.ts';
import { changesWebhook } from '../domain/decide-webhook.ts';
import { accountName } from '../domain/view.ts';
import { recordName, type Submission } from './submission.ts';

/** What a batch needs to see: everything that its commands name, each thing once. */
export interface Wants {
  readonly records: ReadonlyMap<string, WantedRecord>;
  readonly tenants: ReadonlyMap<string, TenantWants>;
  /** tenants in which a command changes what others go by, and is no account: one such command at a time */
  readonly changedTenants: ReadonlySet<string>;
}

export interface WantedRecord {
  readonly tenant: string;
  readonly scope: string;
  readonly digest: string;
}

export interface TenantWants {
  readonly services: Set<string>;
  readonly accounts: Map<string, { readonly agent: string; readonly serviceId: string }>;
  /** agents all of whose accounts, with their services, are wanted, unless they have more than so many */
  readonly agents: Map<string, number>;
  readonly usageIds: Set<string>;
  /** those of an account; no sequence means where its open usage begins */
  readonly positions: {
    readonly agent: string;
    readonly serviceId: string;
    readonly sequence: number | undefined;
  }[];
  /** ids of entries that are wanted with their accounts */
  readonly entries: Set<string>;
  /** services of which it is to be known whether something of theirs is unsettled */
  readonly deletedServices: Set<string>;
  readonly apiKeyPrefixes: Set<string>;
  readonly deliveries: { readonly webhookId: string; readonly eventId: string }[];
}

/** Collects what the commands of a batch name. */
export function wantsOf(submissions: readonly Submission[]): Wants {
  const records = new Map<string, WantedRecord>();
  const tenants = new Map<string, TenantWants>();
  const changedTenants = new Set<string>();
  for (const { tenant, command, key } of submissions) {
    if (changesTenant(command)) changedTenants.add(tenant);
    if (key !== undefined) {
      records.set(recordName(tenant, key), { tenant, scope: key.scope, digest: key.digest });
    }
    let wants = tenants.get(tenant);
    if (wants === undefined) {
      wants = noWants();
      tenants.set(tenant, wants);
    }
    addWants(command, wants);
  }
  return { records, tenants, changedTenants };
}

/** Whether a command changes services, webhooks, API keys, or what the operator sets. */
function changesTenant(command: Command): boolean {
  switch (command.kind) {
    case 'record_usage':
    case 'record_usage_bulk':
    case 'reverse_entry':
    case 'clear_account':
    case 'settle':
    case 'settle_bulk':
    case 'write_off_credit':
      return false;
    case 'report_delivery':
      return changesWebhook(command);
    case 'put_service':
    case 'put_service_bulk':
    case 'delete_service':
    case 'set_price':
    case 'set_disabled':
    case 'set_metadata':
    case 'set_paused':
    case 'change_settings':
    case 'create_api_key':
    case 'rotate_api_key':
    case 'revoke_api_key':
    case 'note_api_key_uses':
    case 'create_webhook':
    case 'change_webhook':
    case 'delete_webhook':
    case 'rotate_webhook_secret':
    case 'test_webhook':
    case 'redeliver':
      return true;
  }
}

function noWants(): TenantWants {
  return {
    services: new Set(),
    accounts: new Map(),
    agents: new Map(),
    usageIds: new Set(),
    positions: [],
    entries: new Set(),
    deletedServices: new Set(),
    apiKeyPrefixes: new Set(),
    deliveries: [],
  };
}

function addWants(command: Command, wants: TenantWants): void {
  switch (command.kind) {
    case 'record_usage':
      addUsage(command.item, wants);
      return;
    case 'record_usage_bulk':
      for (const item of command.items) if (item.kind === 'valid') addUsage(item.item, wants);
      return;
    case 'reverse_entry':
      wants.entries.add(command.entryId);
      return;
    case 'clear_account': {
      const { agent, serviceId } = command;
      addAccount(agent, serviceId, wants);
      wants.positions.push({ agent, serviceId, sequence: undefined });
      return;
    }
    case 'settle':
      addAccount(command.agent, command.serviceId, wants);
      if (command.through !== undefined) {
        const { agent, serviceId, through: sequence } = command;
        wants.positions.push({ agent, serviceId, sequence });
      }
      return;
    case 'write_off_credit':
      addAccount(command.agent, command.serviceId, wants);
      return;
    case 'settle_bulk':
      wants.agents.set(command.agent, Math.max(wants.agents.get(command.agent) ?? 0, accountsMaxOf(command)));
      return;
    case 'put_service_bulk':
      for (const item of command.items) if (item.kind === 'valid') wants.services.add(item.item.serviceId);
      return;
    case 'delete_service':
      wants.services.add(command.serviceId);
      wants.deletedServices.add(command.serviceId);
      return;
    case 'put_service':
    case 'set_price':
    case 'set_disabled':
    case 'set_metadata':
      wants.services.add(command.serviceId);
      return;
    case 'set_paused':
    case 'change_settings':
    case 'note_api_key_uses':
    case 'create_webhook':
    case 'change_webhook':
    case 'delete_webhook':
    case 'rotate_webhook_secret':
    case 'test_webhook':
      return;
    case 'redeliver':
    case 'report_delivery':
      wants.deliveries.push({ webhookId: command.webhookId, eventId: command.eventId });
      return;
    case 'rotate_api_key':
      wants.apiKeyPrefixes.add(command.prefix);
      wants.apiKeyPrefixes.add(command.made.prefix);
      return;
    case 'create_api_key':
    case 'revoke_api_key':
      wants.apiKeyPrefixes.add(command.prefix);
      return;
  }
}

function addUsage(
  item: { readonly agent: string; readonly serviceId: string; readonly usageId: string | undefined },
  wants: TenantWants,
): void {
  addAccount(item.agent, item.serviceId, wants);
  if (item.usageId !== undefined) wants.usageIds.add(item.usageId);
}

function addAccount(agent: string, serviceId: string, wants: TenantWants): void {
  wants.accounts.set(accountName(agent, serviceId), { agent, serviceId });
  wants.services.add(serviceId);
}
