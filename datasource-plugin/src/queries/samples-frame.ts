import type { DataFrame } from '@grafana/data';
import type { ApiMaskedValue, ApiSample, SamplesAnswer } from '@modelwatch/core';
import { Column, COUNT, frameOf, number, text, time, toMilliseconds, truth } from '../frames/columns';
import { DEBUG_BOARD, traceLinks } from '../frames/data-links';
import type { ModelwatchOptions } from '../options';

/** Features that have columns of their own; the first by name. */
const FEATURES_MAX = 100;

/** One row of a request; a request that could not be read has one without inputs. */
interface SampleRow {
  readonly sample: ApiSample;
  readonly inputs: Readonly<Record<string, ApiMaskedValue>>;
  readonly output: number | null;
}

/** A row for each row that is kept of a request, the latest first: inputs as their masks left them. */
export function samplesFrame({ samples, next }: SamplesAnswer, options: ModelwatchOptions, refId: string): DataFrame {
  const rows = samples.flatMap((sample): SampleRow[] =>
    (sample.inputs ?? [{}]).map((inputs, i) => ({ sample, inputs, output: sample.outputs?.[i] ?? null })),
  );
  const features = [...new Set(rows.flatMap(({ inputs }) => Object.keys(inputs)))].sort();
  const columns: Array<Column<SampleRow>> = [
    time('time', 'When the request came.', ({ sample }) => toMilliseconds(sample.timeSeconds)),
    text('model', 'The model.', ({ sample }) => sample.model, { links: [DEBUG_BOARD] }),
    text('version', 'The version that was asked.', ({ sample }) => sample.version),
    truth('failing', 'Whether it was refused or failed.', ({ sample }) => sample.failing),
    text('reason', 'Code of the error; ordinary where there was none.', ({ sample }) => sample.reason),
    number('status', 'Status of the answer.', ({ sample }) => sample.status, { unit: 'none', decimals: 0 }),
    number('rows', 'Rows of the request; empty where it could not be read.', ({ sample }) => sample.rows, COUNT),
    text('traceId', 'Its trace; empty where it has none.', ({ sample }) => sample.traceId, {
      displayName: 'trace',
      links: traceLinks(options),
    }),
    number('output', 'What the model gave for the row.', ({ output }) => output, { unit: 'none' }),
    ...features.slice(0, FEATURES_MAX).map((name) =>
      text<SampleRow>(
        `input.${name}`,
        `${name}, as its mask left it.`,
        ({ inputs }) => {
          const value = inputs[name];
          return value === undefined || value === null ? null : String(value);
        },
        { displayName: name },
      ),
    ),
    text('id', 'Id of the sample.', ({ sample }) => sample.id),
  ];
  const notices = [
    ...(next === undefined ? [] : [`Only the latest ${samples.length} samples of this time are shown.`]),
    ...(features.length > FEATURES_MAX ? [`Only the first ${FEATURES_MAX} of ${features.length} features are shown.`] : []),
  ].map((text) => ({ severity: 'warning' as const, text }));
  return frameOf({ refId, name: 'samples', rows, columns, notices });
}
