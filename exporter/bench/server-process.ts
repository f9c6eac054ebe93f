import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface ServerProcess {
  readonly url: string;
  readonly processId: number;
  stop(): Promise<void>;
}

const START_SECONDS_MAX = 60;
const STOP_SECONDS_MAX = 10;

/** Starts a Node.js program that says on stdout where it listens, as a line of JSON with `msg` "listening" and `url`. */
export function startNode(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<ServerProcess> {
  return startServer(process.execPath, args, environment);
}

export async function startServer(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<ServerProcess> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...environment } });
  const late = setTimeout(() => child.kill('SIGKILL'), START_SECONDS_MAX * 1000);
  try {
    const url = await Promise.race([listening(child), failed(child, args)]);
    return { url, processId: child.pid!, stop: () => stopProcess(child) };
  } finally {
    clearTimeout(late);
  }
}

async function listening(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout! });
  const url = await new Promise<string>((resolve) => {
    lines.on('line', (line) => {
      const found = readUrl(line);
      if (found !== undefined) resolve(found);
    });
  });
  // Its log goes on; unread, the pipe would fill and hold it up.
  lines.removeAllListeners('line').resume();
  return url;
}

function readUrl(line: string): string | undefined {
  try {
    const { msg, url } = JSON.parse(line) as { readonly msg?: unknown; readonly url?: unknown };
    return msg === 'listening' && typeof url === 'string' ? url : undefined;
  } catch {
    return undefined;
  }
}

async function failed(child: ChildProcess, args: readonly string[]): Promise<never> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  throw new Error(`${args.join(' ')} ended before it listened: ${signal ?? `exit code ${code}`}`);
}

/** Asks a process to end, and makes it after ten seconds. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_SECONDS_MAX * 1000);
  await exited;
  clearTimeout(late);
}
