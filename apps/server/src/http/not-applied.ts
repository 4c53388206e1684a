import { isWriting } from './router.ts';

/** A message that also says that nothing was applied, where a request may have been meant to change something. */
export function sayIfNotApplied(request: { readonly method?: string | undefined }, message: string): string {
  return isWriting(request) ? `${message}; nothing was applied` : message;
}
