import { type OperationSpec, operations } from '@billonce/contract';
import type { FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';

/** The methods that a path of the contract may lack. OPTIONS is answered for each path, and Node knows no others here. */
const refused: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** A path of the contract, in segments; a parameter is `undefined`. */
interface KnownPath {
  readonly segments: readonly (string | undefined)[];
  readonly methods: readonly string[];
}

/**
 * Refuses a method that a path does not have, before the body is read (RFC 9110, section 15.5.6). A route for each such method would
 * be two thirds of all routes, which a start would wait for.
 */
export function refuseOtherMethods(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (!request.is404 || !refused.has(request.method)) return done();
    const allow = allowedAt(request.raw.url ?? '');
    if (allow === undefined) return done();
    done(new ApiError('method_not_allowed', `this path supports ${allow}`, { headers: { allow } }));
  });
}

/**
 * The methods of a path, including those of a path with parameters that also matches it: `/services/bulk`. `undefined` for a path that the
 * contract does not have.
 */
export function allowedAt(target: string): string | undefined {
  const segments = segmentsOf(target);
  const methods = paths.filter((path) => isAt(path, segments)).flatMap((path) => path.methods);
  if (methods.length === 0) return undefined;
  // HEAD is answered wherever GET is.
  return [...new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods)].sort().join(', ');
}

const paths = pathsOfContract();

function pathsOfContract(): KnownPath[] {
  const methods = new Map<string, string[]>();
  for (const { path, method } of Object.values<OperationSpec>(operations)) {
    methods.set(path, [...(methods.get(path) ?? []), method]);
  }
  return [...methods].map(([path, those]) => ({
    segments: path.split('/').map((segment) => (segment.startsWith('{') ? undefined : segment)),
    methods: those,
  }));
}

function isAt({ segments }: KnownPath, sent: readonly string[]): boolean {
  return (
    segments.length === sent.length &&
    segments.every((segment, index) => (segment === undefined ? sent[index] !== '' : segment === sent[index]))
  );
}

/** The path of a target, without the origin that it may have, decoded in segments. */
function segmentsOf(target: string): readonly string[] {
  const [path = ''] = target.replace(/^https?:\/\/[^/]*/i, '').split(/[?#]/, 1);
  return path.split('/').map(decoded);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
