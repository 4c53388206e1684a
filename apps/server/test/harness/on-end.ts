import type { TestContext } from 'node:test';

type Undo = () => unknown;

const stacks = new WeakMap<TestContext, Undo[]>();

/** Undoes something when the test has ended, in reverse order. `t.after` uses the opposite order. */
export function onEnd(t: TestContext, undo: Undo): void {
  const known = stacks.get(t);
  if (known !== undefined) {
    known.push(undo);
    return;
  }
  const stack = [undo];
  stacks.set(t, stack);
  t.after(async () => {
    for (const next of stack.toReversed()) await next();
  });
}
