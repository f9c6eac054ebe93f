import {
  expectedCalibrationError,
  wilsonInterval,
  type ApiCalibrationBin,
  type ApiVersionCalibration,
  type CalibrationAnswer,
} from '@modelwatch/core';
import { succeed, type ErrorCode } from '../errors.js';
import { confidenceOf } from '../pipeline/recorded-quality.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import type { SeriesTally, Store } from '../store/index.js';
import { answerOfModel } from './answer-of-model.js';
import type { Route } from './app.js';

export interface CalibrationDeps {
  readonly models: () => ReadonlyMap<string, ModelRuntime>;
  readonly store: () => Pick<Store, 'readings'>;
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

/** GET /v1/models/:model/calibration: by bin of the score, what was said and what came true, for each version that has met ground truth. */
export function calibrationRoute(deps: CalibrationDeps): Route {
  return {
    method: 'GET',
    path: '/v1/models/:model/calibration',
    scope: 'read',
    rateClass: 'read',
    bodyBytesMax: 0,
    handle: answerOfModel(deps, ({ name: model, config }) => {
      const { kind: outputKind } = config.output;
      const confidence = confidenceOf(config);
      const tallies =
        outputKind === 'regression'
          ? []
          : deps
              .store()
              .readings()
              .series.filter((tally) => tally.model === model);
      return succeed<CalibrationAnswer>({
        model,
        outputKind,
        confidence,
        bars: { calibrationErrorMax: config.alerts.calibrationErrorMax },
        versions: tallies.filter(({ quality }) => quality.joined > 0).map((tally) => calibrationOf(tally, confidence)),
      });
    }),
  };
}

function calibrationOf({ version, role, quality: { calibration } }: SeriesTally, confidence: number): ApiVersionCalibration {
  const { counts, scores, positives, count, missing } = calibration;
  const width = 1 / counts.length;
  return {
    version,
    role,
    count,
    missing,
    expectedCalibrationError: expectedCalibrationError.measure(calibration),
    bins: [...counts].map((inBin, i): ApiCalibrationBin => {
      const bounds = { from: rounded(i * width), to: rounded((i + 1) * width), count: inBin };
      if (inBin === 0) return { ...bounds, observedRate: { kind: 'undetermined', reason: 'insufficient_data' } };
      const observed = wilsonInterval(positives[i]! / inBin, inBin, confidence);
      return { ...bounds, meanScore: scores[i]! / inBin, observedRate: { kind: 'measured', ...observed } };
    }),
  };
}

/** The bound as it is written: 3 x 0.1 is 0.3. */
const rounded = (bound: number): number => Number(bound.toFixed(9));
