import type { Evidence, ModelConfig } from '../contracts/index.js';
import { SLIS } from './slis.js';
import { evidenceOf, type Sli, type SloConfig } from './sli.js';

/** An objective with everything that its configuration leaves to be understood. */
export interface ConfiguredSlo {
  readonly name: string;
  readonly sli: Sli;
  readonly config: SloConfig;
  readonly objective: number;
  readonly period: string;
  /** Whether a fast burn and a spent budget page. */
  readonly critical: boolean;
  /** Whether a budget that is spent twice pages: of what may page at all, unless `critical: false` says that it must not. */
  readonly mayPage: boolean;
  readonly evidence: Evidence | undefined;
  readonly eventsMin: number;
  /** Bad events that a window needs before it alerts: one in twenty of the least events, so that no handful does. */
  readonly errorsMin: number;
}

const ERRORS_OF_EVENTS_MIN = 20;

export const sliOf = (slo: Pick<SloConfig, 'sli'>): Sli => SLIS.find(({ name }) => name === slo.sli)!;

export const sloName = ({ name, sli }: Pick<SloConfig, 'name' | 'sli'>): string => name ?? sli;

/** One objective of a model. A critical model pages for what may page; what may not, never does. */
export function configuredSlo(config: SloConfig, model: Pick<ModelConfig, 'critical'>): ConfiguredSlo {
  const sli = sliOf(config);
  const mayPage = config.critical !== false && sli.mayPage(config);
  const eventsMin = config.eventsMin ?? sli.eventsMin(config);
  return {
    name: sloName(config),
    sli,
    config,
    objective: config.objective,
    period: config.period,
    critical: (config.critical ?? model.critical) && mayPage,
    mayPage,
    evidence: evidenceOf(config),
    eventsMin,
    errorsMin: Math.ceil(eventsMin / ERRORS_OF_EVENTS_MIN),
  };
}

export const slosOf = (model: ModelConfig): readonly ConfiguredSlo[] => model.slo.map((slo) => configuredSlo(slo, model));
