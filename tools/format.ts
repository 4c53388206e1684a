// Formats the sources, and fixes what the linter can fix automatically.
import { spawnSync } from 'node:child_process';

process.exitCode =
  spawnSync('node_modules/.bin/biome', ['check', '--write', '.'], { stdio: 'inherit' }).status ?? 1;
