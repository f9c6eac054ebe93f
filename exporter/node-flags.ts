/**
 * What Node is started with where the sidecar runs, as the first line of `main.ts` has it: a small young generation keeps some 30 MB off a process
 * that shares its machine with the model's own. V8 takes its size at the start alone, so that the program cannot set it by itself.
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=4'];
