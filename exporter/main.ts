#!/usr/bin/env -S MALLOC_ARENA_MAX=2 node --max-semi-space-size=4 --heap-growing-percent=100
// What both keep off a process that shares its machine with the model's own: `node-flags.ts`.
import type { Command } from 'commander';
import { createProgram } from './command-line.js';
import { packageVersion } from './package-version.js';

const program = await createProgram(process.argv[2] ?? '', {
  output: process,
  version: packageVersion(),
  exit(code) {
    process.exitCode = code;
  },
});
endWithTwo(program);
await program.parseAsync();

/** 2 for wrong usage, as for a wrong configuration; 0 for help. */
function endWithTwo(command: Command): void {
  command.exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : 2);
  });
  command.commands.forEach(endWithTwo);
}
