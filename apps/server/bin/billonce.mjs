#!/usr/bin/env node
// Plain JavaScript, because an older Node cannot read the TypeScript of the command, and would print a stack.
const nodeMajorMin = 24;
if (Number(process.versions.node.split('.')[0]) < nodeMajorMin) {
  console.error(
    `billonce: this needs Node ${nodeMajorMin} or later, and runs on ${process.version}: install a newer Node, ` +
      'or use "npm run billonce --" in the repository, which brings its own',
  );
  process.exitCode = 1;
} else {
  await import('../src/cli/main.ts');
}
