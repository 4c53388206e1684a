/** How often API keys were changed by this process: a number that increases before the answer of a change is sent. */
export interface KeyChanges {
  readonly value: number;
  advance(): void;
}

/** The changes of a process with one HTTP thread. */
export function localKeyChanges(): KeyChanges {
  let value = 0;
  return {
    get value() {
      return value;
    },
    advance: () => {
      value += 1;
    },
  };
}
