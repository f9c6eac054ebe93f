/**
 * What Node is started with where the sidecar runs, as the first line of `main.ts` has it: a small young generation keeps some 30 MB off a process
 * that shares its machine with the model's own. V8 takes its size at the start alone, so that the program cannot set it by itself.
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=4'];

/**
 * And in which environment: glibc gives each thread a heap of its own for what is not V8's, bodies and messages between threads, and none gives back what
 * another could use. Two keep some 30 MB off a flood of large batches, at no cost that shows.
 */
export const NODE_ENVIRONMENT: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '2' };
