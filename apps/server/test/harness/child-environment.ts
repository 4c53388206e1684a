/** The only variables that a Node process started by a test takes from the environment of the tests. */
export const childEnvironment: Readonly<Record<string, string | undefined>> = {
  PATH: process.env['PATH'],
  // Reading compiled code from this cache halves the cost of a start, and runs the same code.
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
};
