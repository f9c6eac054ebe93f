/**
 * What Node is started with where the sidecar runs, as the first line of `main.ts` has it: a small young generation keeps some 30 MB off a process
 * that shares its machine with the model's own. V8 takes its size at the start alone, so that the program cannot set it by itself. What is under way
 * when it is full grows old, dead soon after: a flood of batches left up to four times the live heap of that before V8 looked. It looks when the heap
 * has doubled, which keeps 50 MB off a flood of a million predictions and costs no CPU time that shows.
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=4', '--heap-growing-percent=100'];

/**
 * And in which environment: glibc gives each thread a heap of its own for what is not V8's, bodies and messages between threads, and none gives back what
 * another could use. Two keep some 30 MB off a flood of large batches, at no cost that shows.
 */
export const NODE_ENVIRONMENT: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '2' };
