import { readFile } from 'node:fs/promises';
import { openSloDocuments, toYaml } from '@modelwatch/core';
import { stringify } from 'yaml';
import type { Output } from '../config/check-command.js';
import { formatFaults } from '../config/fault.js';
import { loadConfig, parseConfig } from '../config/load-config.js';
import { importOpenSlo } from './open-slo-import.js';
import { isMapping, readDocuments } from './slo-documents.js';
import type { ImportHints, SloFault, SloImport } from './slo-documents.js';
import { importSloth } from './sloth-import.js';

/** `modelwatch slo export`: the objectives of a configuration as documents of OpenSLO v1. Returns the exit code: 0, or 2 where the configuration is at fault. */
export async function exportCommand(file: string, { stdout, stderr }: Output): Promise<0 | 2> {
  const config = await loadConfig(file, { files: 'none' });
  if (!config.ok) {
    stderr.write(formatFaults(config.faults));
    return 2;
  }
  stdout.write(
    openSloDocuments(config.value)
      .map((document) => toYaml(document))
      .join('---\n'),
  );
  return 0;
}

/** Objectives of a file of OpenSLO or Sloth, as far as they can be expressed here. */
export function importSlos(text: string, hints: ImportHints): SloImport {
  const read = readDocuments(text);
  if ('fault' in read) return { slos: [], faults: [read.fault], notes: [] };
  const [first] = read.documents.filter((document) => document !== null);
  const imported =
    isMapping(first) && 'version' in first && !('apiVersion' in first)
      ? importSloth(read.documents, hints)
      : importOpenSlo(read.documents, hints);
  if (imported.slos.length === 0 && imported.faults.length === 0)
    return {
      ...imported,
      faults: [{ code: 'unknown_format', place: 'the file', message: 'no objective of OpenSLO v1 or of Sloth stands in it' }],
    };
  return { ...imported, faults: [...imported.faults, ...refusals(imported)] };
}

/** What the configuration would say to the objectives, beside a model that could have any. */
function refusals({ slos }: SloImport): readonly SloFault[] {
  const models = [...new Set(slos.map(({ model }) => model))].map((name) => {
    const own = slos.filter(({ model }) => model === name).map(({ slo }) => slo);
    const kind = own.some((slo) => 'errorMax' in slo) ? 'regression' : 'probability';
    const challengers = [{ version: 'other', onnx: { path: 'other.onnx' } }];
    const rollout = { qualityLossMax: 1 };
    // A group needs its other members, which stand elsewhere.
    const alone = own.map((slo) => Object.fromEntries(Object.entries(slo).filter(([key]) => key !== 'combine')));
    return { name, champion: { version: 'one', onnx: { path: 'one.onnx' } }, challengers, rollout, output: { kind }, slo: alone };
  });
  const checked = parseConfig(JSON.stringify({ models }), 'import');
  if (checked.ok || models.length === 0) return [];
  return checked.faults.map(({ path, message }) => ({ code: 'configuration_refuses', place: path, message }));
}

/**
 * `modelwatch slo import`: prints the section `slo` of each model. Returns the exit code: 0; 1 where something cannot be expressed, and nothing is
 * printed but why; 2 where the file cannot be read.
 */
export async function importCommand(file: string, hints: ImportHints, { stdout, stderr }: Output): Promise<0 | 1 | 2> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    stderr.write(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})\n`);
    return 2;
  }
  const { slos, faults, notes } = importSlos(text, hints);
  for (const { place, message, code } of faults) stderr.write(`${file}: ${place}: ${message} (${code})\n`);
  for (const note of notes) stderr.write(`${file}: ${note}\n`);
  if (faults.length > 0) return 1;
  const names = [...new Set(slos.map(({ model }) => model))];
  const models = names.map((name) => ({ name, slo: slos.filter(({ model }) => model === name).map(({ slo }) => slo) }));
  stdout.write(`# Beside what these models have in modelwatch.yaml.\n${stringify({ models }, { lineWidth: 0 })}`);
  return 0;
}
