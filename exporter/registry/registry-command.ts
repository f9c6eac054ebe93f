import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Promotion, RegistryVersion, Stage } from '@modelwatch/core';
import { askSidecar, printable, type AskContext } from '../ask-sidecar.js';
import { fileDigest } from '../models/file-digest.js';
import { textTable } from '../text-table.js';
import type { FileRequest, RegisterRequest } from './registrar.js';

/** Files by their paths here; the sidecar finds them in its inbox by their names. */
export interface RegisterFlags extends Omit<RegisterRequest, 'onnx' | 'baseline'> {
  readonly onnx: string;
  readonly baseline?: string;
}

export async function registerCommand(context: AskContext, { onnx, baseline, ...rest }: RegisterFlags): Promise<number> {
  let request: RegisterRequest;
  try {
    request = { ...rest, onnx: await fileRequest(onnx), ...(baseline === undefined ? {} : { baseline: await fileRequest(baseline) }) };
  } catch (error) {
    const { path: file = onnx, code = 'unknown' } = error as NodeJS.ErrnoException;
    context.stderr.write(`${printable(file)} cannot be read (${code})\n`);
    return 2;
  }
  return ask<{ readonly outcome: string }>(context, 'POST', 'versions', request, ({ outcome }) =>
    outcome === 'registered' ? `${rest.model} ${rest.version} is registered\n` : `${rest.model} ${rest.version} was registered already\n`,
  );
}

export function listCommand(context: AskContext, query: { readonly model?: string; readonly stage?: string }): Promise<number> {
  const search = new URLSearchParams(query).toString();
  return ask<{ readonly versions: readonly RegistryVersion[]; readonly more: boolean }>(
    context,
    'GET',
    `versions${search === '' ? '' : `?${search}`}`,
    undefined,
    ({ versions, more }) => table(versions) + (more ? 'There are more; name a model or a stage.\n' : ''),
  );
}

export function showCommand(context: AskContext, model: string, version: string): Promise<number> {
  const route = `versions/${encodeURIComponent(model)}/${encodeURIComponent(version)}`;
  return ask<RegistryVersion>(context, 'GET', route, undefined, (entry) => `${JSON.stringify(entry, undefined, 2)}\n`);
}

export function stageCommand(context: AskContext, model: string, version: string, stage: Stage): Promise<number> {
  return ask<{ readonly outcome: string }>(context, 'POST', 'stages', { model, version, stage }, ({ outcome }) =>
    outcome === 'changed' ? `${model} ${version} is now ${stage}\n` : `${model} ${version} was ${stage} already\n`,
  );
}

/** With the same id, asking again promotes once. */
export function promoteCommand(context: AskContext, model: string, version: string, id: string = randomUUID()): Promise<number> {
  return ask<{ readonly promotion: Promotion }>(context, 'POST', 'promotions', { id, model, version }, ({ promotion: { previous } }) =>
    previous === undefined ? `${model} ${version} is in production\n` : `${model} ${version} is in production; ${previous} is archived\n`,
  );
}

/** Asks a route of the registry. */
const ask = <Body>(context: AskContext, method: 'GET' | 'POST', route: string, body: unknown, say: (body: Body) => string) =>
  askSidecar(context, { method, route: `/v1/registry/${route}`, body }, say);

/** The digest is of the file here: that it is what the sidecar finds in its inbox is for the sidecar to see. */
async function fileRequest(file: string): Promise<FileRequest> {
  return { file: path.basename(file), digest: await fileDigest(file) };
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
      printable(owner),
      baselineDigest?.slice(0, 12) ?? '-',
      digest.slice(0, 12),
    ]),
  ]);
}
