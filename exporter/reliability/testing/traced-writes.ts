import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** A system call that decides what is on the disk, or tells somebody that it is. */
export type Syscall =
  | { readonly kind: 'write'; readonly file: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly file: string; readonly size: number }
  | { readonly kind: 'sync'; readonly file: string }
  | { readonly kind: 'unlink'; readonly file: string }
  /** A line on stdout. */
  | { readonly kind: 'told'; readonly line: string };

/** What strace is to trace for `readTrace`, with strings in hexadecimal and the paths of descriptors. */
export const STRACE_OPTIONS = ['-f', '-y', '-xx', '-s', '1000000', '-e', 'trace=write,pwrite64,ftruncate,fsync,fdatasync,unlink'] as const;

/**
 * The calls of a trace that concern files below `folder`, in order. A write may have reached the disk from its beginning on, so it counts
 * where it began; a sync holds from its end on, so it counts where it ended. Of two threads, that is the order that promises least.
 */
export async function readTrace(trace: string, folder: string): Promise<readonly Syscall[]> {
  const calls: Syscall[] = [];
  /** Syncs under way, by thread. */
  const begun = new Map<string, Syscall>();
  for await (const line of createInterface({ input: createReadStream(trace, 'latin1') })) {
    const [, thread = '', text = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const ended = /^<\.\.\. \w+ resumed>.* = (-?\d+)/.exec(text);
    if (ended !== null) {
      const call = begun.get(thread);
      begun.delete(thread);
      if (call !== undefined && ended[1] === '0') calls.push(call);
      continue;
    }
    const call = readCall(text, folder);
    if (call === undefined || / = -\d+ /.test(text)) continue;
    if (call.kind === 'sync' && text.endsWith('<unfinished ...>')) begun.set(thread, call);
    else calls.push(call);
  }
  return calls;
}

const hex = (text: string) => Buffer.from(text.replaceAll('\\x', ''), 'hex');

function readCall(text: string, folder: string): Syscall | undefined {
  const unlinked = /^unlink\("([^"]*)"/.exec(text);
  if (unlinked !== null) return { kind: 'unlink', file: hex(unlinked[1]!).toString() };
  const [, name, number, path, rest = ''] = /^(\w+)\((\d+)<([^>]*)>(.*)$/.exec(text) ?? [];
  if (path === undefined) return undefined;
  const file = hex(path).toString();
  if (name === 'write' && number === '1')
    return {
      kind: 'told',
      line: hex(/"([^"]*)"/.exec(rest)![1]!)
        .toString()
        .trim(),
    };
  if (!file.startsWith(folder)) return undefined;
  if (name === 'fsync' || name === 'fdatasync') return { kind: 'sync', file };
  if (name === 'ftruncate') return { kind: 'truncate', file, size: Number(/^, (\d+)/.exec(rest)![1]) };
  const written = /^, "([^"]*)", \d+(?:, (\d+))?/.exec(rest);
  if (name !== 'pwrite64' || written?.[2] === undefined) {
    throw new Error(`a call that the trace's reader does not know: ${text.slice(0, 40)}`);
  }
  return { kind: 'write', file, offset: Number(written[2]), bytes: hex(written[1]!) };
}
