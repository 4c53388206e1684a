import { versionReply } from '../../answers/version.ts';
import { changelog } from '../changelog.ts';
import type { Desk } from '../desk.ts';
import { jsonType } from '../media-types.ts';
import type { HandlersOf } from '../router.ts';
import { StaticAnswer } from '../static-answer.ts';

export function versionRoutes({ version }: Desk) {
  let changes: Promise<StaticAnswer> | undefined;
  return {
    readChangelog: async (call) => {
      changes ??= changelog().then((entries) => new StaticAnswer(JSON.stringify({ entries }), jsonType));
      return (await changes).answer(call.request);
    },

    readVersion: async () => versionReply(version),
  } satisfies HandlersOf<'version'>;
}
