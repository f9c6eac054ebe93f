/** Why the sidecar does not start: `text` says it in whole lines for people. 2: what it was given is at fault; 1: the machine is. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly exitCode: 1 | 2;

  constructor(exitCode: 1 | 2, text: string, cause?: unknown) {
    super(text, cause === undefined ? undefined : { cause });
    this.exitCode = exitCode;
  }
}
