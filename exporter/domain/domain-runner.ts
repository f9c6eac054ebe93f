import { fork } from 'node:child_process';
import { setPriority } from 'node:os';
import type { DomainReport, DomainReportInput } from '@modelwatch/core';
import { builtFile } from '../built-file.js';
import { fail, succeed, type Result } from '../errors.js';

export interface DomainJob extends Omit<DomainReportInput, 'randomAnew'> {
  readonly seed: number;
}

/** Stands back where the model's own children want the CPU. */
const NICENESS = 15;
const HEAP_MEBIBYTES_MAX = 512;

export interface DomainRunner {
  /** Runs a job in a child of its own, one at a time: a second one is refused. Past the deadline the child is killed. */
  run(job: DomainJob): Promise<Result<DomainReport>>;
}

export function createDomainRunner(deadlineSeconds: number, file = builtFile(import.meta.url, './domain-child.js')): DomainRunner {
  let busy = false;
  return {
    async run(job) {
      if (busy) return fail('overloaded', 'another domain classifier is being trained; ask again later');
      busy = true;
      try {
        return await runInChild(job, deadlineSeconds, file);
      } finally {
        busy = false;
      }
    },
  };
}

function runInChild(job: DomainJob, deadlineSeconds: number, file: string): Promise<Result<DomainReport>> {
  return new Promise((resolve) => {
    // Nothing of this process's environment is of use to it.
    const child = fork(file, [], {
      serialization: 'advanced',
      env: {},
      execArgv: [`--max-old-space-size=${HEAP_MEBIBYTES_MAX}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    let answer: Result<DomainReport> = fail('internal_error', 'the domain classifier ended without an answer');
    const late = setTimeout(() => {
      answer = fail('deadline_exceeded', `the domain classifier took longer than ${deadlineSeconds} s; ask for fewer rows`);
      child.kill('SIGKILL');
    }, deadlineSeconds * 1000);
    const settle = () => {
      clearTimeout(late);
      resolve(answer);
    };
    child.once('message', (report) => (answer = succeed(report as unknown as DomainReport)));
    child.once('close', settle);
    child.once('error', settle);
    try {
      setPriority(child.pid ?? 0, NICENESS);
    } catch {
      // It has ended already, or may not be touched: it works all the same.
    }
    child.send(job, () => undefined);
  });
}
