import { sha256 } from '../digest.ts';
import type { Slot } from '../store.ts';

/** Caller and key in one digest, so that the recipient learns neither. */
export function referenceOf({ scope, key }: Slot): string {
  return sha256(`reference:${scope}:${key}`);
}
