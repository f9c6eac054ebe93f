import type { Config, ModelConfig } from '../../contracts/index.js';
import { slosOf, type ConfiguredSlo } from '../../slo/index.js';
import { promString } from '../selector.js';
import type { YamlValue } from '../yaml-text.js';
import { byVersion, ofSlo } from './slo-series.js';

/** What of an objective has no place in OpenSLO stands in annotations of this prefix, so that a document can be read back. */
export const OPEN_SLO_PREFIX = 'modelwatch/';
export const OPEN_SLO_VERSION = 'openslo/v1';

const NAME_LENGTH_MAX = 63;

/**
 * The objectives of a configuration as documents of OpenSLO v1: a service for each model that has any, and its objectives. Their indicators are ratios of
 * what the recording rules count, so that whoever evaluates them sees what Modelwatch's alerts see.
 *
 * Source: https://github.com/OpenSLO/OpenSLO, version 1.
 */
export function openSloDocuments({ models }: Pick<Config, 'models'>): readonly YamlValue[] {
  const taken = new Set<string>();
  return models.flatMap((model) => {
    const slos = slosOf(model);
    if (slos.length === 0) return [];
    const service = uniqueName(model.name, taken);
    const head = {
      apiVersion: OPEN_SLO_VERSION,
      kind: 'Service',
      metadata: { name: service },
      spec: { description: `The model ${model.name}` },
    };
    return [head, ...slos.map((slo) => sloDocument(slo, model, service, uniqueName(`${model.name}-${slo.name}`, taken)))];
  });
}

function sloDocument(slo: ConfiguredSlo, model: ModelConfig, service: string, name: string): YamlValue {
  const source = (metric: string) => ({
    metricSource: {
      type: 'Prometheus',
      spec: { query: `sum(${byVersion(metric, '5m')}{model=${promString(model.name)},${ofSlo(slo.name)}})` },
    },
  });
  return {
    apiVersion: OPEN_SLO_VERSION,
    kind: 'SLO',
    metadata: { name, annotations: annotationsOf(slo, model) },
    spec: {
      description: slo.sli.help,
      service,
      indicator: {
        metadata: { name: `${name}-indicator`.slice(0, NAME_LENGTH_MAX) },
        spec: { ratioMetric: { counter: false, bad: source('errors'), total: source('events') } },
      },
      timeWindow: [{ duration: slo.period, isRolling: true }],
      budgetingMethod: 'Occurrences',
      objectives: [{ displayName: slo.name, target: slo.objective }],
    },
  };
}

function annotationsOf({ name, config }: ConfiguredSlo, model: ModelConfig): Readonly<Record<string, string>> {
  const { sli, critical, evidence, within, errorMax, eventsMin, combine } = config;
  const said = Object.entries({ model: model.name, name, sli, critical, evidence, within, errorMax, eventsMin, combine });
  return Object.fromEntries(said.flatMap(([key, value]) => (value === undefined ? [] : [[`${OPEN_SLO_PREFIX}${key}`, String(value)]])));
}

/** A name as OpenSLO takes it from Kubernetes (RFC 1123), of its own in the file. */
function uniqueName(text: string, taken: Set<string>): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+/, '');
  for (let count = 1; ; count++) {
    const suffix = count === 1 ? '' : `-${count}`;
    const name = `${plain.slice(0, NAME_LENGTH_MAX - suffix.length).replace(/-+$/, '')}${suffix}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}
