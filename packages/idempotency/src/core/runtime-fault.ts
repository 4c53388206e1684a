/** Reports features that an old runtime lacks. Without this check it would fail in the middle of a request. */
export function runtimeFaults(): readonly string[] {
  if (typeof Promise.withResolvers === 'function') return [];
  return ['this runtime has no Promise.withResolvers: Node must be 22.15 or later'];
}
