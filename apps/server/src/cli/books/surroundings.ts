/** Where a command prints, and the environment that it reads. */
export interface Surroundings {
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
}
