/** Where a command prints, and the environment that it reads. */
export interface Surroundings {
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  /** shows how far the command is, or for what it waits, to a person at a terminal */
  readonly progress?: (text: string, isWait?: boolean) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
}
