import { InvalidArgumentError, type Command } from 'commander';
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

const DEFAULT_URL = 'http://127.0.0.1:9810';

/** What every such command ends with; the pages say it too. */
const EXIT_CODES = `
Exit code: 0; 1 where the sidecar does not answer, or cannot do it as things stand; 2 where what was given is at fault: options, token, names, files.`;

/** Gives a command what all of them take that send to a sidecar. */
export const sendsToSidecar = (command: Command): Command =>
  command
    .option('--url <url>', 'where the sidecar listens', asUrl, DEFAULT_URL)
    .option('--token-file <file>', 'file of the token to send, instead of the one in MODELWATCH_TOKEN');

/** And those that ask it one thing and say what it answered. */
export const asksSidecar = (command: Command): Command =>
  sendsToSidecar(command).option('--json', 'print what the sidecar answered').addHelpText('after', EXIT_CODES);

function asUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) throw new InvalidArgumentError('It is not an http or https URL.');
  return text;
}

/** Answers to which the same request may get another one later: too slow, in conflict, too many. */
const AS_THINGS_STAND: ReadonlySet<number> = new Set([408, 409, 429]);

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

/**
 * Asks a route of a sidecar and says what it answered; gives 1 where it does not answer or cannot do it as things stand, 2 where what was given is
 * at fault.
 */
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
    return response.status >= 500 || AS_THINGS_STAND.has(response.status) ? 1 : 2;
  }
  stdout.write(json ? `${JSON.stringify(answer)}\n` : say(answer as Body));
  return 0;
}

/** Text of people in a table of a terminal: control characters would be commands to it. */
export const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');
