import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import type { Promotion, RegistryVersion, Stage } from '@modelwatch/core';
import type { Output } from '../config/check-command.js';
import { textTable } from '../text-table.js';
import type { FileRequest, RegisterRequest } from './registrar.js';

/** Where the sidecar is, and by what it knows who asks. */
export interface RegistryServer {
  readonly url: string;
  readonly token: string | undefined;
}

/** How a command ends: with 1 where the sidecar refuses or does not answer, with 2 where what was given is at fault. */
export interface CommandContext extends Output {
  readonly server: RegistryServer;
  readonly json: boolean;
}

/** Files by their paths here; the sidecar finds them in its inbox by their names. */
export interface RegisterFlags extends Omit<RegisterRequest, 'onnx' | 'baseline'> {
  readonly onnx: string;
  readonly baseline?: string;
}

const ANSWER_MILLISECONDS_MAX = 120_000;

export async function registerCommand(context: CommandContext, { onnx, baseline, ...rest }: RegisterFlags): Promise<number> {
  let request: RegisterRequest;
  try {
    request = { ...rest, onnx: await fileRequest(onnx), ...(baseline === undefined ? {} : { baseline: await fileRequest(baseline) }) };
  } catch (error) {
    context.stderr.write(`a file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})\n`);
    return 2;
  }
  return ask<{ readonly outcome: string }>(context, 'POST', 'versions', request, ({ outcome }) =>
    outcome === 'registered' ? `${rest.model} ${rest.version} is registered\n` : `${rest.model} ${rest.version} was registered already\n`,
  );
}

export function listCommand(context: CommandContext, query: { readonly model?: string; readonly stage?: string }): Promise<number> {
  const search = new URLSearchParams(query).toString();
  return ask<{ readonly versions: readonly RegistryVersion[]; readonly more: boolean }>(
    context,
    'GET',
    `versions${search === '' ? '' : `?${search}`}`,
    undefined,
    ({ versions, more }) => table(versions) + (more ? 'There are more; name a model or a stage.\n' : ''),
  );
}

export function showCommand(context: CommandContext, model: string, version: string): Promise<number> {
  const route = `versions/${encodeURIComponent(model)}/${encodeURIComponent(version)}`;
  return ask<RegistryVersion>(context, 'GET', route, undefined, (entry) => `${JSON.stringify(entry, undefined, 2)}\n`);
}

export function stageCommand(context: CommandContext, model: string, version: string, stage: Stage): Promise<number> {
  return ask<{ readonly outcome: string }>(context, 'POST', 'stages', { model, version, stage }, ({ outcome }) =>
    outcome === 'changed' ? `${model} ${version} is now ${stage}\n` : `${model} ${version} was ${stage} already\n`,
  );
}

/** With the same id, asking again promotes once. */
export function promoteCommand(context: CommandContext, model: string, version: string, id: string = randomUUID()): Promise<number> {
  return ask<{ readonly promotion: Promotion }>(context, 'POST', 'promotions', { id, model, version }, ({ promotion: { previous } }) =>
    previous === undefined ? `${model} ${version} is in production\n` : `${model} ${version} is in production; ${previous} is archived\n`,
  );
}

async function ask<Body>(
  { server: { url, token }, json, stdout, stderr }: CommandContext,
  method: 'GET' | 'POST',
  route: string,
  body: unknown,
  say: (body: Body) => string,
): Promise<number> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${url.replace(/\/+$/, '')}/v1/registry/${route}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
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

/** The digest is of the file here: that it is what the sidecar finds in its inbox is for the sidecar to see. */
async function fileRequest(file: string): Promise<FileRequest> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) hash.update(chunk);
  return { file: path.basename(file), digest: hash.digest('hex') };
}

function table(versions: readonly RegistryVersion[]): string {
  if (versions.length === 0) return 'no versions\n';
  return textTable([
    ['MODEL', 'VERSION', 'STAGE', 'SINCE', 'OWNER', 'BASELINE', 'DIGEST'],
    ...versions.map(({ model, version, stage, stagedSeconds, owner = '-', baselineDigest, digest }) => [
      model,
      version,
      stage,
      `${new Date(stagedSeconds * 1000).toISOString().slice(0, 19)}Z`,
      owner.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd'),
      baselineDigest?.slice(0, 12) ?? '-',
      digest.slice(0, 12),
    ]),
  ]);
}
