import { metric, type MetricName } from '@modelwatch/core';
import type { GoldenReplay } from '../pipeline/golden-replay.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

/** Registers what replays of golden rows gave. A value that there is none of yet has no series. */
export function goldenFamilies(registry: SlicedRegistry, models: () => ReadonlyMap<string, ModelRuntime>): void {
  const each = (name: MetricName, valueOf: (golden: GoldenReplay) => number | undefined) => {
    const description = metric(name);
    registry.add(
      readFamily(description, function* () {
        for (const { name: model, version, role, source } of models().values()) {
          const value = source.kind === 'onnx' && source.golden !== undefined ? valueOf(source.golden) : undefined;
          if (value !== undefined) yield [labelText(description.labels, [model, version, role]), value];
        }
      }),
    );
  };
  each('modelwatch_golden_rows', ({ last }) => last?.parity.rows);
  each('modelwatch_golden_row_failures', ({ last }) => last?.parity.failures);
  each('modelwatch_golden_row_difference_max', ({ last }) => last?.parity.differenceMax);
  each('modelwatch_golden_replay_timestamp_seconds', ({ last }) => last?.timeSeconds);
}
