import { compileValidator } from '@billonce/contract';

type Schema = Parameters<typeof compileValidator>[0];

/**
 * Checks a part of a request by the contract before it is sent. A fault is reported as a mistake in the argument or the
 * option that set the member.
 *
 * @param names the argument or option of each member
 */
export function checkPart(
  schema: Schema,
  part: Readonly<Record<string, unknown>>,
  names: Readonly<Record<string, string>>,
  mistakes: string[],
): void {
  const validated = compileValidator(schema)(part);
  if (validated.kind === 'valid') return;
  for (const { pointer, message } of validated.faults) {
    const [, member = ''] = pointer.split('/');
    const value = part[member];
    const shown = typeof value === 'string' || typeof value === 'number' ? ` is ${value}: it` : '';
    mistakes.push(`${names[member] ?? pointer}${shown} ${message}`);
  }
}
