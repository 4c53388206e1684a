import { callerReply } from '../../answers/caller.ts';
import type { HandlersOf } from '../router.ts';

export function callerRoutes() {
  return {
    readCaller: async ({ caller }) => callerReply(caller),
  } satisfies HandlersOf<'caller'>;
}
