/** What each Node that a test starts has of the environment of the tests, and nothing else of it. */
export const childEnvironment: Readonly<Record<string, string | undefined>> = {
  PATH: process.env['PATH'],
  // Compiled code that is read from there makes a start cost half. What it runs is the same.
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
};
