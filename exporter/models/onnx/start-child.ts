import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { getPriority, setPriority } from 'node:os';
import { builtFile } from '../../built-file.js';
import type { CallMessage, ChildMessage, ChildOptions } from './messages.js';

/** A running child. After `kill` it sends nothing more. */
export interface Child {
  readonly processId: number | undefined;
  send(call: CallMessage): void;
  kill(): void;
}

export interface ChildEvents {
  onMessage(message: ChildMessage): void;
  /** The process is gone and everything it sent has been read. */
  onGone(end: ChildEnd): void;
}

export interface ChildEnd {
  readonly outOfMemory: boolean;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Variables that a child may see: what finds programs and libraries, nothing that configures Node or carries secrets. */
const ENVIRONMENT = [
  'PATH',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'SystemRoot',
  'TMPDIR',
  'TEMP',
  'TMP',
  'MALLOC_ARENA_MAX',
  'MALLOC_TRIM_THRESHOLD_',
];
/** Arrays live for one call only: a small young generation keeps a child small, at no cost that shows. */
const NODE_OPTIONS = ['--expose-gc', '--optimize-for-size', '--max-semi-space-size=2'];
const STDERR_CHARACTERS_MAX = 4096;
const SHELL = '/bin/sh';
/** Whether children can be held to a limit of address space: by POSIX `ulimit`, which only Linux enforces. */
export const limitsAddressSpace = process.platform === 'linux' && existsSync(SHELL);

/**
 * Starts Node through a shell that first sets what a process can only set for itself, and then becomes it: a limit of address space, so that
 * memory is refused to the child and not taken from its neighbours; and, where `setpriv` is there, death with its parent, because a child that
 * hangs in a model does not see that its channel has closed.
 */
const LIMITED_START = [
  'ulimit -v "$1" || exit 1; shift; ulimit -c 0',
  'if setpriv --pdeathsig KILL true 2>/dev/null; then exec setpriv --pdeathsig KILL "$@"; fi; exec "$@"',
].join('; ');

export function startChild(
  options: ChildOptions,
  descriptor: number | undefined,
  addressBytesMax: number | undefined,
  events: ChildEvents,
  niceness = 0,
): Child {
  const limited = limitsAddressSpace;
  const limit = addressBytesMax === undefined ? 'unlimited' : String(Math.ceil(addressBytesMax / 1024));
  const child = fork(builtFile(import.meta.url, './child.js'), [JSON.stringify(options)], {
    serialization: 'advanced',
    env: Object.fromEntries(ENVIRONMENT.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))),
    stdio: [descriptor ?? 'ignore', 'ignore', 'pipe', 'ipc'],
    // A process group of its own: signals to the whole group, such as those of Ctrl-C, are the parent's to act on.
    detached: true,
    ...(limited
      ? { execPath: SHELL, execArgv: ['-c', LIMITED_START, 'sh', limit, process.execPath, ...NODE_OPTIONS] }
      : { execArgv: NODE_OPTIONS }),
  });
  const { kill } = watch(child, events);
  if (niceness > 0 && child.pid !== undefined) standBack(child.pid, niceness);
  return {
    processId: child.pid,
    // A send that fails means that the child is going: `onGone` tells what becomes of the call.
    send: (call) => void child.send(call, undefined, undefined, ignore),
    kill,
  };
}

const NICENESS_MAX = 19;
/** Without rights over the whole machine, the weight of a session is taken by Linux ten times a second in all; another try follows so late. */
const SESSION_RETRY_MILLISECONDS = 250;
const SESSION_TRIES_MAX = 8;

/**
 * Below this process, whatever its own priority. Where Linux groups processes by session, a child that is detached shares the CPU as a session of
 * its own, one against the other, and niceness counts within it alone: so its session is made to stand back as well. A child that has ended
 * already, or may not be touched, stays as it is: it works all the same.
 */
function standBack(processId: number, niceness: number): void {
  const wanted = Math.min(NICENESS_MAX, currentNiceness() + niceness);
  try {
    setPriority(processId, wanted);
  } catch {
    return;
  }
  if (process.platform === 'linux') void weighSession(processId, wanted, SESSION_TRIES_MAX);
}

async function weighSession(processId: number, niceness: number, tries: number): Promise<void> {
  try {
    await writeFile(`/proc/${processId}/autogroup`, String(niceness));
  } catch (fault) {
    // Gone, or a kernel without such groups.
    if ((fault as NodeJS.ErrnoException).code !== 'EAGAIN' || tries === 1) return;
    setTimeout(() => void weighSession(processId, niceness, tries - 1), SESSION_RETRY_MILLISECONDS).unref();
  }
}

function currentNiceness(): number {
  try {
    return getPriority();
  } catch {
    return 0;
  }
}

function ignore(): void {
  // Nothing to do.
}

function watch(child: ChildProcess, events: ChildEvents): { kill(): void } {
  let stderr = '';
  let killed = false;
  let gone = false;
  const end = (exitCode: number | null, signal: NodeJS.Signals | null) => {
    if (gone) return;
    gone = true;
    // A SIGKILL that is not ours is the system's, which kills what takes too much.
    const outOfMemory = (signal === 'SIGKILL' && !killed) || /out of memory|bad_alloc|allocation failed/i.test(stderr);
    events.onGone({ exitCode, signal, outOfMemory });
  };
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_CHARACTERS_MAX);
  });
  child.on('message', (message) => {
    if (!killed) events.onMessage(message as ChildMessage);
  });
  // Not `exit`: a process may be seen to end before its last answers have been read, and nobody is to be blamed before that.
  child.on('close', end);
  child.on('error', () => {
    // It could not be started at all, and nothing else will be heard of it.
    if (child.pid === undefined) end(null, null);
  });
  return {
    kill() {
      killed = true;
      child.kill('SIGKILL');
    },
  };
}
