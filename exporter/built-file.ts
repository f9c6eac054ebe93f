import { fileURLToPath } from 'node:url';

/**
 * The built file of a module beside the caller, for a child process or a worker, which cannot run TypeScript: `builtFile(import.meta.url,
 * './worker.js')`. From `dist` it is the file itself, from the sources (in tests) its counterpart in `dist`.
 */
export function builtFile(callerUrl: string, relative: string): string {
  const own = fileURLToPath(new URL('.', import.meta.url));
  const wanted = fileURLToPath(new URL(relative, callerUrl));
  return /[\\/]dist[\\/]$/.test(own) ? wanted : `${own}dist/${wanted.slice(own.length)}`;
}
