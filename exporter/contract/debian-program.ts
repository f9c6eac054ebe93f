import { execFile, spawnSync } from 'node:child_process';

/** What a program said, on both channels, and how it ended. */
export interface ProgramResult {
  readonly code: number;
  readonly text: string;
}

/** How long a check may take before it counts as hung. */
const TIMEOUT_MILLISECONDS = 120_000;

/** Whether a program of Debian's packages is there; `npm test` brings them where it may, and says loudly where it may not. */
export const hasProgram = (name: string): boolean => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0;

/** Runs a program to its end. A program that fails is an answer; one that hangs or cannot start is a fault. */
export function runProgram(name: string, options: readonly string[], folder?: string): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const settings = { timeout: TIMEOUT_MILLISECONDS, killSignal: 'SIGKILL', ...(folder === undefined ? {} : { cwd: folder }) } as const;
    execFile(name, options, settings, (error, stdout, stderr) => {
      const text = `${stdout}${stderr}`;
      if (error === null) resolve({ code: 0, text });
      else if (typeof error.code === 'number') resolve({ code: error.code, text });
      else reject(error);
    });
  });
}
