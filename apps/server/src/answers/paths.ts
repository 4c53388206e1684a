/** The base path of the API, under which `Location` headers point. */
const base = '/api/v1';

export function entryPath(id: string): string {
  return `${base}/entries/${id}`;
}

/** The list of the entries of an account that were recorded in [from, to), which are RFC 3339 timestamps. */
export function entriesPath(
  { agent, serviceId }: { readonly agent: string; readonly serviceId: string },
  { from, to }: { readonly from: string; readonly to: string },
): string {
  return `${base}/entries?${new URLSearchParams({ agent, serviceId, from, to })}`;
}

export function settlementPath(id: string): string {
  return `${base}/settlements/${id}`;
}

export function servicePath(serviceId: string): string {
  return `${base}/services/${encodeURIComponent(serviceId)}`;
}

export function assetPath(code: string): string {
  return `${base}/assets/${code}`;
}

export function limitPath(name: string): string {
  return `${base}/limits/${name}`;
}

export function grantPath(agent: string, id: string): string {
  return `${base}/agents/${encodeURIComponent(agent)}/grants/${encodeURIComponent(id)}`;
}

export function holdPath(id: string): string {
  return `${base}/holds/${encodeURIComponent(id)}`;
}

export function webhookPath(id: string): string {
  return `${base}/webhooks/${id}`;
}

export function deliveriesPath(webhookId: string): string {
  return `${webhookPath(webhookId)}/deliveries`;
}

const inEntryPath = /\/entries\/([0-9a-f-]{36})$/;

/** The id of the entry that a path names. */
export function entryIdOf(path: string | undefined): string | undefined {
  return inEntryPath.exec(path ?? '')?.[1];
}
