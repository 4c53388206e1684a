/** A page of the dashboard, with what it shows. */
export type Route =
  | { readonly page: 'overview' }
  | { readonly page: 'agents' }
  | { readonly page: 'agent'; readonly agent: string }
  | { readonly page: 'account'; readonly agent: string; readonly serviceId: string }
  | { readonly page: 'bills' }
  | { readonly page: 'bill'; readonly id: string }
  | { readonly page: 'run'; readonly runId: string }
  | { readonly page: 'lookup'; readonly what: string }
  | { readonly page: 'services' }
  | { readonly page: 'service'; readonly serviceId: string }
  | { readonly page: 'webhooks' }
  | { readonly page: 'webhook'; readonly id: string }
  | { readonly page: 'api-keys' }
  | { readonly page: 'log' }
  | { readonly page: 'unknown' };

/** The path of a page, as a link has it: after the `#`, so that the server need not know the pages. */
export function hrefOf(route: Route): string {
  return `#/${segmentsOf(route).map(encodeURIComponent).join('/')}`;
}

function segmentsOf(route: Route): readonly string[] {
  switch (route.page) {
    case 'overview':
    case 'unknown':
      return [];
    case 'agent':
      return ['agents', route.agent];
    case 'account':
      return ['agents', route.agent, route.serviceId];
    case 'bill':
      return ['bills', route.id];
    case 'run':
      return ['runs', route.runId];
    case 'lookup':
      return ['lookup', ...(route.what === '' ? [] : [route.what])];
    case 'service':
      return ['services', route.serviceId];
    case 'webhook':
      return ['webhooks', route.id];
    case 'agents':
    case 'bills':
    case 'services':
    case 'webhooks':
    case 'api-keys':
    case 'log':
      return [route.page];
  }
}

/** The page that a path names. */
export function parseRoute(hash: string): Route {
  const segments = segmentsIn(hash);
  if (segments === undefined) return { page: 'unknown' };
  const [first = '', second, third] = segments;
  if (first === '') return { page: 'overview' };
  if (second === undefined) return parseList(first);
  if (first === 'agents' && third !== undefined) return { page: 'account', agent: second, serviceId: third };
  return parseOne(first, second);
}

function segmentsIn(hash: string): string[] | undefined {
  try {
    return hash
      .replace(/^#?\/?/, '')
      .split('/')
      .map(decodeURIComponent);
  } catch {
    // A percent sign that encodes nothing.
    return undefined;
  }
}

function parseList(name: string): Route {
  switch (name) {
    case 'agents':
    case 'bills':
    case 'services':
    case 'webhooks':
    case 'api-keys':
    case 'log':
      return { page: name };
    case 'lookup':
      return { page: 'lookup', what: '' };
    default:
      return { page: 'unknown' };
  }
}

function parseOne(list: string, name: string): Route {
  switch (list) {
    case 'agents':
      return { page: 'agent', agent: name };
    case 'bills':
      return { page: 'bill', id: name };
    case 'runs':
      return { page: 'run', runId: name };
    case 'services':
      return { page: 'service', serviceId: name };
    case 'webhooks':
      return { page: 'webhook', id: name };
    case 'lookup':
      return { page: 'lookup', what: name };
    default:
      return { page: 'unknown' };
  }
}
