import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { generateRules, type Config } from '@modelwatch/core';
import { parse } from 'yaml';
import { parseConfig } from '../config/load-config.js';

/*
 * How many rules come of how many models, those of objectives apart: `node exporter/dist/bench/rule-counts.js`, run at the top of the repository. The models
 * are that of the flights example, with equal bars or with an objective of availability of their own each.
 */

interface Group {
  readonly name: string;
  readonly rules: readonly { readonly record?: string; readonly expr: string }[];
}

const MODELS = [1, 10, 100] as const;
const example = path.join('exporter', 'examples', 'flights', 'modelwatch.yaml');
const config = parseConfig(await readFile(example), example);
if (!config.ok) throw new Error(`${example} is at fault`);
const [flights] = config.value.models;
if (flights === undefined) throw new Error(`${example} has no model`);

function rulesOf(models: Config['models']): readonly number[] {
  const counts = generateRules({ rules: (config as { readonly value: Config }).value.rules, models }).map(({ text }) => {
    const { groups } = parse(text, { maxAliasCount: 0 }) as { readonly groups: readonly Group[] };
    const isOfObjectives = ({ name }: Group) => /^(?:modelwatch-slo-|ModelwatchSlo)/.test(name);
    const count = (those: readonly Group[]) => those.reduce((sum, { rules }) => sum + rules.length, 0);
    return [count(groups), count(groups.filter(isOfObjectives)), text.length] as const;
  });
  return counts.flat();
}

console.log(
  '| models | objectives | recording rules | of objectives | alerts | of objectives | KiB of rules |\n|---|---|---|---|---|---|---|',
);
for (const count of MODELS) {
  for (const own of [false, true]) {
    const models = Array.from({ length: count }, (_, i) => ({
      ...flights,
      name: `model-${i}`,
      slo: flights.slo.map((slo) => (own && slo.sli === 'availability' ? { ...slo, objective: 0.99 + i / 20_000 } : slo)),
    }));
    const [recordings, ofRecordings, recordingBytes, alerts, ofAlerts, alertBytes] = rulesOf(models);
    const kib = Math.round((recordingBytes! + alertBytes!) / 1024);
    console.log(
      `| ${count} | ${own ? 'one of its own each' : 'equal'} | ${recordings} | ${ofRecordings} | ${alerts} | ${ofAlerts} | ${kib} |`,
    );
  }
}
