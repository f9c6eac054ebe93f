import { metric, type MetricName } from '@modelwatch/core';
import type { ERROR_OUTPUTS } from '../pipeline/error-estimator.js';
import { ERROR_MODEL_OUTCOMES } from '../pipeline/error-estimator.js';
import type { ErrorModel } from '../sidecar/error-model.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

type Values = Iterable<readonly [more: readonly string[], value: number]>;

/** Registers what error models count: their copies, and the errors that they expect. Models are read at each scrape. */
export function errorModelFamilies(registry: SlicedRegistry, models: () => ReadonlyMap<string, ModelRuntime>): void {
  const each = (name: MetricName, valuesOf: (model: ErrorModel) => Values) => {
    const description = metric(name);
    registry.add(
      readFamily(description, function* () {
        for (const { name: model, version, role, errorModel } of models().values()) {
          if (errorModel === undefined) continue;
          for (const [more, value] of valuesOf(errorModel)) yield [labelText(description.labels, [model, version, role, ...more]), value];
        }
      }),
    );
  };
  const one = (name: MetricName, valueOf: (model: ErrorModel) => number) => {
    each(name, (model) => [[[], valueOf(model)]]);
  };
  one('modelwatch_error_model_ready', ({ ready }) => (ready ? 1 : 0));
  one('modelwatch_error_model_sent_total', ({ estimator }) => estimator.sent);
  each('modelwatch_error_model_outcomes_total', ({ estimator }) =>
    ERROR_MODEL_OUTCOMES.map((outcome) => [[outcome], estimator.outcomes[outcome]]),
  );
  one('modelwatch_error_model_in_flight', ({ estimator }) => estimator.inFlight);
  one('modelwatch_error_model_in_flight_capacity', ({ config }) => config.inFlightMax);
  one('modelwatch_error_model_in_flight_bytes', ({ estimator }) => estimator.inFlightBytes);
  one('modelwatch_error_model_in_flight_capacity_bytes', ({ config }) => config.inFlightBytesMax);
  /** Of an error that the model does not estimate there is no sum: 0 would be a perfect one. */
  const sum = (name: MetricName, output: (typeof ERROR_OUTPUTS)[number], valueOf: (model: ErrorModel) => number) => {
    each(name, (model) => (model.outputs.includes(output) ? [[[], valueOf(model)]] : []));
  };
  sum('modelwatch_estimated_absolute_error_total', 'absolute_error', ({ estimator }) => estimator.errors.absolute);
  sum('modelwatch_estimated_squared_error_total', 'squared_error', ({ estimator }) => estimator.errors.squared);
  one('modelwatch_estimated_error_rows_total', ({ estimator }) => estimator.errors.count);
  one('modelwatch_estimated_error_clamped_total', ({ estimator }) => estimator.errors.clamped);
  one('modelwatch_estimated_error_missing_total', ({ estimator }) => estimator.errors.missing);
}
