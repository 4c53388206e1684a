import type { OperationName, operations } from './operations.ts';

/** The scopes that an API key can be limited to. A key that is created without scopes has all of them. */
export const scopes = ['read', 'record', 'settle', 'manage'] as const;

/** One of the scopes of an API key. */
export type Scope = (typeof scopes)[number];

/**
 * Where a request names the one agent, or the one service, whose data it concerns. `none`: it concerns no data of an
 * agent (or of a service). `found`: it concerns one object by its id, which belongs to one agent and one service; an
 * object of another one is not found. `all`: it concerns the data of several, or changes one that it names only by the
 * id of another object.
 */
export type Naming = 'path' | 'query' | 'body' | 'items' | 'none' | 'found' | 'all';

/** The right that an operation demands from the API key that calls it. */
export interface Right {
  /** `any`: every recognized key may call it */
  readonly scope: Scope | 'any';
  /** another scope with which a key may also call it */
  readonly orScope?: Scope;
  readonly agent: Naming;
  readonly serviceId: Naming;
}

/** The operations that an API key can call; the others are open, or only for the admin. */
export type TenantOperationName = {
  [N in OperationName]: (typeof operations)[N]['access'] extends 'tenant' | 'tenant-or-admin' ? N : never;
}[OperationName];

const every = { agent: 'all', serviceId: 'all' } as const;
const byId = { agent: 'found', serviceId: 'found' } as const;
const inPath = { agent: 'path', serviceId: 'path' } as const;
/** Data for keys with the scope `manage`; a key with only `read` sees it without the parts that may be secret. */
const managed = { scope: 'read', orScope: 'manage', ...every } as const;
const inQuery = { agent: 'query', serviceId: 'query' } as const;
const inBody = { agent: 'body', serviceId: 'body' } as const;
const inItems = { agent: 'items', serviceId: 'items' } as const;
const agentInPath = { agent: 'path', serviceId: 'all' } as const;
/** The price and the description of a service belong to no agent. */
const serviceInPath = { agent: 'none', serviceId: 'path' } as const;
/** It concerns every agent that uses the service. */
const agentsOfServiceInPath = { agent: 'all', serviceId: 'path' } as const;

/**
 * The scope that each operation needs, and where its request names the agent and the service that a key may be bound
 * to. This is the only place for both.
 */
export const rights: Readonly<Record<TenantOperationName, Right>> = {
  recordUsage: { scope: 'record', ...inBody },
  recordUsageBulk: { scope: 'record', ...inItems },

  createHold: { scope: 'record', ...inBody },
  captureHold: { scope: 'record', ...byId },
  releaseHold: { scope: 'record', ...byId },
  extendHold: { scope: 'record', ...byId },

  readAccount: { scope: 'read', ...inPath },
  listEntries: { scope: 'read', ...inQuery },
  exportEntriesJson: { scope: 'read', ...inQuery },
  exportEntriesCsv: { scope: 'read', ...inQuery },
  readEntry: { scope: 'read', ...byId },
  reconcile: { scope: 'read', ...every },
  sumUsageOverTime: { scope: 'read', ...every },
  exportUsageJson: { scope: 'read', ...every },
  exportUsageCsv: { scope: 'read', ...every },
  readQuote: { scope: 'read', ...inPath },
  readBillingTotal: { scope: 'read', ...every },
  listSettlements: { scope: 'read', ...inQuery },
  exportSettlementsCsv: { scope: 'read', ...inQuery },
  readSettlement: { scope: 'read', ...byId },
  listSettlementEntries: { scope: 'read', ...byId },
  readAudit: { scope: 'read', ...every },
  listAgents: { scope: 'read', ...every },
  listAgentTotals: { scope: 'read', ...every },
  readAgentQuote: { scope: 'read', ...agentInPath },
  readAgentTotal: { scope: 'read', ...agentInPath },
  readAgentUsage: { scope: 'read', ...agentInPath },
  listServices: { scope: 'read', agent: 'none', serviceId: 'all' },
  readService: { scope: 'read', ...serviceInPath },
  listPrices: { scope: 'read', ...serviceInPath },
  readMetadata: { scope: 'read', ...serviceInPath },
  readServiceUsage: { scope: 'read', ...agentsOfServiceInPath },
  listServiceAgents: { scope: 'read', ...agentsOfServiceInPath },
  topAgents: { scope: 'read', ...agentsOfServiceInPath },
  listEvents: { scope: 'read', ...every },
  summarizeEvents: { scope: 'read', ...every },
  readStats: { scope: 'read', ...every },
  readActivity: { scope: 'read', ...every },
  readKeyState: { scope: 'read', ...every },
  listLimits: { scope: 'read', ...every },
  readLimit: { scope: 'read', ...every },
  listAgentLimits: { scope: 'read', ...agentInPath },
  readAllowance: { scope: 'read', agent: 'path', serviceId: 'query' },
  readCaller: { scope: 'any', agent: 'none', serviceId: 'none' },
  readVersion: { scope: 'any', agent: 'none', serviceId: 'none' },
  readChangelog: { scope: 'any', agent: 'none', serviceId: 'none' },

  readBalance: { scope: 'read', agent: 'path', serviceId: 'all' },
  listGrants: { scope: 'read', agent: 'path', serviceId: 'all' },
  readGrant: { scope: 'read', agent: 'path', serviceId: 'all' },
  readStatement: { scope: 'read', ...agentInPath },
  exportStatementCsv: { scope: 'read', ...agentInPath },
  printStatement: { scope: 'read', ...agentInPath },
  listMovements: { scope: 'read', agent: 'path', serviceId: 'all' },
  readBilling: { scope: 'read', agent: 'path', serviceId: 'none' },
  listHolds: { scope: 'read', agent: 'query', serviceId: 'all' },
  readHold: { scope: 'read', ...byId },
  readDefaultBilling: { scope: 'read', agent: 'none', serviceId: 'none' },
  listAssets: { scope: 'read', agent: 'none', serviceId: 'none' },
  readAsset: { scope: 'read', agent: 'none', serviceId: 'none' },

  settle: { scope: 'settle', ...inBody },
  settleBulk: { scope: 'settle', agent: 'body', serviceId: 'all' },
  writeOffCredit: { scope: 'settle', ...inPath },
  clearAccount: { scope: 'settle', ...inPath },
  reverseEntry: { scope: 'settle', ...every },

  putService: { scope: 'manage', agent: 'all', serviceId: 'body' },
  putServiceBulk: { scope: 'manage', agent: 'all', serviceId: 'items' },
  setPrice: { scope: 'manage', ...agentsOfServiceInPath },
  cancelNextPrice: { scope: 'manage', ...agentsOfServiceInPath },
  deleteService: { scope: 'manage', ...agentsOfServiceInPath },
  putMetadata: { scope: 'manage', ...agentsOfServiceInPath },
  disableService: { scope: 'manage', ...agentsOfServiceInPath },
  enableService: { scope: 'manage', ...agentsOfServiceInPath },
  patchDisabled: { scope: 'manage', ...agentsOfServiceInPath },
  // A limit replaces the one with its name, which may be for other agents.
  putLimit: { scope: 'manage', ...every },
  deleteLimit: { scope: 'manage', ...every },
  putAsset: { scope: 'manage', ...every },
  // The URL of a receiver may carry a secret: without `manage`, only its origin is shown. Events are those of all agents.
  createWebhook: { scope: 'manage', ...every },
  listWebhooks: managed,
  readWebhook: managed,
  changeWebhook: { scope: 'manage', ...every },
  deleteWebhook: { scope: 'manage', ...every },
  rotateWebhookSecret: { scope: 'manage', ...every },
  testWebhook: { scope: 'manage', ...every },
  listDeliveries: managed,
  redeliver: { scope: 'manage', ...every },
  // An agent neither gives money to itself nor sets how it pays.
  createGrant: { scope: 'manage', ...every },
  createRefund: { scope: 'manage', ...every },
  voidGrant: { scope: 'manage', ...every },
  putBilling: { scope: 'manage', ...every },
  deleteBilling: { scope: 'manage', ...every },
  putDefaultBilling: { scope: 'manage', ...every },
  // Without `manage`, it does not show from which addresses keys are used.
  listActs: managed,
};

/** The right that an operation demands from an API key; `undefined` if it is open, or only for the admin. */
export function rightOf(name: string): Right | undefined {
  return isTenantOperation(name) ? rights[name] : undefined;
}

function isTenantOperation(name: string): name is TenantOperationName {
  return Object.hasOwn(rights, name);
}
