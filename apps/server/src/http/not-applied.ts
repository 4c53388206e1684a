import { isWriting } from './router.ts';

/** Adds to a message that nothing was applied, if the request may have been meant to change something. */
export function sayIfNotApplied(request: { readonly method?: string | undefined }, message: string): string {
  return isWriting(request) ? `${message}; nothing was applied` : message;
}
