import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { builtFile } from '../built-file.js';
import { NODE_ENVIRONMENT, NODE_FLAGS } from '../node-flags.js';

const MAIN = builtFile(import.meta.url, '../main.js');

/** What a process wrote and how it ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `modelwatch run` as a process of its own, for what only a process has: signals, exit codes, and what it writes. */
export interface SidecarProcess {
  /** Where it listens, once it does. Rejects where it ends before. */
  readonly url: Promise<string>;
  readonly end: Promise<ProcessEnd>;
  readonly processId: number;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the first log line of this message, from the beginning on, that holds these values. */
  logged(message: string, values?: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
}

/** `before` are commands of a shell that becomes the sidecar: limits that only a process itself can take on. */
export function runSidecar(
  options: readonly string[],
  env: Readonly<Record<string, string>> = {},
  before: readonly string[] = [],
): SidecarProcess {
  const shell = [...before, 'exec "$0" "$@"'].join('; ');
  const child = spawn('sh', ['-c', shell, process.execPath, ...NODE_FLAGS, MAIN, 'run', ...options], {
    env: { ...process.env, ...NODE_ENVIRONMENT, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  const waiting = new Map<string, (line: Readonly<Record<string, unknown>>) => void>();
  let lines: string[] = [];
  const tell = () => {
    for (const line of lines) {
      const entry = JSON.parse(line) as Readonly<Record<string, unknown>>;
      waiting.get(String(entry['msg']))?.(entry);
    }
  };
  child.stdout.on('data', (chunk: Buffer) => {
    written.stdout += chunk.toString();
    lines = written.stdout.split('\n').slice(0, -1);
    tell();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    written.stderr += chunk.toString();
  });
  const end = once(child, 'close').then(([code]) => ({ code: code as number | null, ...written }));
  const logged = (message: string, values: Readonly<Record<string, unknown>> = {}) =>
    new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
      waiting.set(message, (entry) => {
        if (Object.entries(values).every(([key, value]) => entry[key] === value)) resolve(entry);
      });
      tell();
      void end.then(({ code, stderr }) => {
        reject(new Error(`the sidecar ended with ${code} and never said "${message}": ${stderr}`));
      });
    });
  const url = logged('listening').then((entry) => String(entry['url']));
  url.catch(() => undefined);
  return {
    url,
    end,
    processId: child.pid!,
    kill: (signal) => void child.kill(signal),
    logged,
  };
}
