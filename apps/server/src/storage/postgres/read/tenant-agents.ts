/** An agent of a tenant. */
export interface TenantAgent {
  readonly tenant: string;
  readonly agent: string;
}

/** Agents as `json_to_recordset` takes them, in an order. */
export function numbered(agents: readonly TenantAgent[]) {
  return agents.map(({ tenant, agent }, n) => ({ n, tenant, agent }));
}
