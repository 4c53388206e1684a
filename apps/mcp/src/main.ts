#!/usr/bin/env node
import { runMcp } from './run-mcp.ts';

process.exitCode = await runMcp(process.argv.slice(2), process.env);
