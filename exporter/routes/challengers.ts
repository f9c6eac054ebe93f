import {
  accuracyDifference,
  AGREEMENT_OUTCOMES,
  configuredCriteria,
  disagreementRatio,
  latencyDifference,
  latencyRatio,
  lossDifference,
  mcnemar,
  missingOutputRatio,
  OUTPUT_DIFFERENCE_EDGES,
  outputDifference,
  PAIRED_OUTCOMES,
  verdictText,
  type Agreement,
  type ApiAgreement,
  type ApiChallenger,
  type ApiChallengerSlice,
  type ApiPairedQuality,
  type ChallengersAnswer,
  type PairedQuality,
} from '@modelwatch/core';
import { succeed, type ErrorCode } from '../errors.js';
import type { Challenger } from '../sidecar/challenger.js';
import { localVerdict, pairedOf } from '../sidecar/challenger-evidence.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import type { PairedTally, Store } from '../store/index.js';
import { answerOfModel } from './answer-of-model.js';
import type { Route } from './app.js';

export interface ChallengersDeps {
  readonly models: () => ReadonlyMap<string, ModelRuntime>;
  readonly store: () => Pick<Store, 'readings'>;
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

/** Values of a slice that are told of, the most frequent first. */
const SLICE_VALUES_MAX = 100;

/** GET /v1/models/:model/challengers: how each compares with the champion, as far as this sidecar knows, and the verdict with its reason. */
export function challengersRoute(deps: ChallengersDeps): Route {
  return {
    method: 'GET',
    path: '/v1/models/:model/challengers',
    scope: 'read',
    rateClass: 'read',
    bodyBytesMax: 0,
    handle: answerOfModel(deps, (model) => {
      const readings = deps.store().readings();
      return succeed<ChallengersAnswer>({
        model: model.name,
        championVersion: model.version,
        outputKind: model.config.output.kind,
        challengers: model.challengers.map((challenger) => ({
          version: challenger.version,
          ready: challenger.ready,
          ...verdictOf(model, challenger, readings),
          ...evidence(model, challenger, pairedOf(readings, model.name, challenger)),
        })),
      });
    }),
  };
}

type Verdict = Pick<ApiChallenger, 'verdict' | 'reason' | 'criteria' | 'text'>;

function verdictOf(model: ModelRuntime, challenger: Challenger, readings: ReturnType<Store['readings']>): Verdict {
  const judged = localVerdict(model, challenger, readings);
  return judged === undefined ? { verdict: null } : { ...judged, text: verdictText(judged) };
}

type Evidence = Omit<ApiChallenger, keyof Verdict | 'version' | 'ready'>;

function evidence({ config }: ModelRuntime, { shadow, config: own }: Challenger, paired: PairedTally): Evidence {
  const confidence = configuredCriteria(config, own)?.confidence;
  const { agreement, latency, slices } = shadow;
  const { sent, inFlight, outcomes } = shadow;
  return {
    confidence: confidence ?? null,
    copies: { sent, inFlight, ...outcomes },
    agreement: {
      ...agreementOf(agreement, confidence),
      missing: { champion: agreement.championMissing, challenger: agreement.challengerMissing, both: agreement.bothMissing },
      missingRatio: missingOutputRatio(agreement, confidence),
      outputDifference: outputDifference(agreement, confidence),
      differences: { edges: OUTPUT_DIFFERENCE_EDGES, counts: [...agreement.differences.bins] },
    },
    latency: {
      compared: latency.count,
      missing: latency.missing,
      ratio: latencyRatio(latency, confidence),
      differenceSeconds: latencyDifference(latency, confidence),
    },
    quality: {
      ...qualityOf(paired.quality, confidence),
      missing: paired.quality.missing,
      lossDifference: lossDifference(paired.quality, confidence),
    },
    outputs: { received: paired.received, unmatched: paired.unmatched, duplicates: paired.duplicates, full: paired.full },
    slices: [...slices].map(([name, values]) => sliceOf(name, values, paired.slices.get(name), confidence)),
  };
}

function agreementOf(agreement: Agreement, confidence: number | undefined): ApiAgreement {
  return {
    compared: agreement.count,
    outcomes: counted(AGREEMENT_OUTCOMES[agreement.rule.kind], agreement.outcomes),
    disagreementRatio: disagreementRatio(agreement, confidence),
  };
}

function qualityOf(quality: PairedQuality, confidence: number | undefined): ApiPairedQuality {
  return {
    judged: quality.count,
    outcomes: counted(PAIRED_OUTCOMES, quality.outcomes),
    accuracyDifference: accuracyDifference(quality, confidence),
    mcnemar: mcnemar(quality),
  };
}

function sliceOf(
  name: string,
  values: ReadonlyMap<string, Agreement>,
  qualities: ReadonlyMap<string, PairedQuality> | undefined,
  confidence: number | undefined,
): ApiChallengerSlice {
  const all = [...values].toSorted(([, a], [, b]) => b.count - a.count);
  return {
    slice: name,
    valuesLeftOut: Math.max(0, all.length - SLICE_VALUES_MAX),
    values: all.slice(0, SLICE_VALUES_MAX).map(([value, agreement]) => {
      const quality = qualities?.get(value);
      return {
        value,
        agreement: agreementOf(agreement, confidence),
        quality: quality === undefined ? null : qualityOf(quality, confidence),
      };
    }),
  };
}

const counted = (names: readonly string[], counts: ArrayLike<number>): Readonly<Record<string, number>> =>
  Object.fromEntries(names.map((name, i) => [name, counts[i]!]));
