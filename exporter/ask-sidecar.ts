import type { Output } from './config/check-command.js';
import { callerHeaders, CallerTokenError } from './security/caller-token.js';

/** Where the sidecar is that a command asks, and by what it knows who does. */
export interface AskedSidecar {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a command that asks a sidecar works with. */
export interface AskContext extends Output {
  readonly sidecar: AskedSidecar;
  /** Print what it answered, as it stands. */
  readonly json: boolean;
}

/** Options that every such command has. */
export interface AskFlags {
  readonly url: string;
  readonly json?: boolean;
  readonly tokenFile?: string;
}

export const DEFAULT_URL = 'http://127.0.0.1:9810';

const ANSWER_MILLISECONDS_MAX = 120_000;

/** Undefined where the token cannot be had, which it has said then: the command ends with 2. */
export async function askContext({ url, json = false, tokenFile }: AskFlags, { stdout, stderr }: Output): Promise<AskContext | undefined> {
  try {
    return { stdout, stderr, sidecar: { url, headers: await callerHeaders(tokenFile, process.env) }, json };
  } catch (error) {
    if (!(error instanceof CallerTokenError)) throw error;
    stderr.write(`${error.message}\n`);
    return undefined;
  }
}

/** Asks a route of a sidecar and says what it answered; gives 1 where it refuses or does not answer, 2 where what was given is at fault. */
export async function askSidecar<Body>(
  { sidecar: { url, headers }, json, stdout, stderr }: AskContext,
  { method, route, body }: { readonly method: 'GET' | 'POST'; readonly route: string; readonly body?: unknown },
  say: (body: Body) => string,
): Promise<number> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${url.replace(/\/+$/, '')}${route}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MILLISECONDS_MAX),
    });
    text = await response.text();
  } catch (error) {
    const { cause, message } = error as Error;
    stderr.write(`the sidecar does not answer (${(cause as NodeJS.ErrnoException | undefined)?.code ?? message})\n`);
    return 1;
  }
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    stderr.write(`this is no sidecar of Modelwatch: it answered ${response.status} without JSON\n`);
    return 1;
  }
  if (!response.ok) {
    const { error, code } = answer as { readonly error?: string; readonly code?: string };
    stderr.write(`${error ?? 'the sidecar refused'} (${code ?? response.status})\n`);
    return response.status >= 500 || response.status === 409 ? 1 : 2;
  }
  stdout.write(json ? `${JSON.stringify(answer)}\n` : say(answer as Body));
  return 0;
}

/** Text of people in a table of a terminal: control characters would be commands to it. */
export const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');
