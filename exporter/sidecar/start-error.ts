/**
 * Why the sidecar does not start: `text` says it in whole lines for people. 2: what it was given is at fault; 1: the machine is. `told` is the
 * sentence for callers of the API where the text holds what is not theirs, such as a path.
 */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly exitCode: 1 | 2;
  readonly told: string;

  constructor(exitCode: 1 | 2, text: string, cause?: unknown, told = text.trimEnd()) {
    super(text, cause === undefined ? undefined : { cause });
    this.exitCode = exitCode;
    this.told = told;
  }
}
