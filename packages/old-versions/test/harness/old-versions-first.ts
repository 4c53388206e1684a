import { registerHooks } from 'node:module';

/** The packages that this workspace has in an old version. Its other packages are those of the whole project. */
const old = /^(?:@nestjs\/(?:common|core|platform-express|platform-fastify)|hono|ioredis)(?:\/|$)/;
const here = import.meta.url;

/**
 * Resolves the names of these packages from this folder, whichever module imports them: the adapters and their harness
 * then run on the old versions. Import this file before them.
 */
registerHooks({
  resolve(specifier, context, nextResolve) {
    const own = { ...context };
    // A package of the workspace finds its own parts, and relative names are not affected.
    if (!old.test(specifier)) return nextResolve(specifier, context);
    try {
      return nextResolve(specifier, { ...context, parentURL: here });
    } catch (error) {
      // A module that the old version lacks, such as `hono/timeout`. It needs no other part of the package.
      if (isMissingPart(error)) return nextResolve(specifier, own);
      throw error;
    }
  },
});

function isMissingPart(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
}
