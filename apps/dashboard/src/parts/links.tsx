import type { ComponentChildren } from 'preact';
import { hrefOf, type Route } from '../core/route.ts';

/** A link to a page of the dashboard. */
export function Link({ to, children }: { readonly to: Route; readonly children: ComponentChildren }) {
  return <a href={hrefOf(to)}>{children}</a>;
}

/** An id, shortened to its end: ids of the same time begin alike. */
export function Id({ of }: { readonly of: string }) {
  return <code title={of}>…{of.slice(-12)}</code>;
}
