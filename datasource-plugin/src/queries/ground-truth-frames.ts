import type { DataFrame } from '@grafana/data';
import type { ApiVersionGroundTruth, GroundTruthAnswer } from '@modelwatch/core';
import { worseFrom } from '../frames/bars';
import { LabelledBin, labelledBins } from '../frames/bin-labels';
import { COUNT, frameOf, number, SHARE, text } from '../frames/columns';
import { DEBUG_BOARD } from '../frames/data-links';
import { lowerOf, upperOf, valueOf } from '../frames/readings';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A bound of delays in the greatest unit that it is a whole number of. */
export function delayWords(seconds: number): string {
  const units = [
    [DAY, 'd'],
    [HOUR, 'h'],
    [MINUTE, 'min'],
  ] as const;
  const [unit, letter] = units.find(([length]) => seconds % length === 0) ?? [1, 's'];
  return `${seconds / unit} ${letter}`;
}

/** How long ground truth took, a row a bin and version. */
export function delayFrame({ model, versions, horizonSeconds }: GroundTruthAnswer, refId: string): DataFrame {
  const rows = versions.flatMap(({ version, role, joined, delaySeconds }) =>
    labelledBins(delaySeconds, delayWords).map((bin): Row => ({ ...bin, version, role, joined })),
  );
  type Row = LabelledBin & Pick<ApiVersionGroundTruth, 'version' | 'role' | 'joined'>;
  return frameOf<Row>({
    refId,
    name: `ground-truth delay ${model}`,
    rows,
    columns: [
      text('bin', 'From the prediction to its ground truth.', ({ bin }) => bin),
      number('from', 'Lower bound, not within; empty of the first.', ({ from }) => from, { unit: 's' }),
      number('to', 'Upper bound, within; empty of the last. Nothing waits longer than the horizon.', ({ to }) => to, {
        unit: 's',
        thresholds: worseFrom([horizonSeconds, 'red']),
      }),
      number('count', 'Predictions whose ground truth took so long.', ({ count }) => count, COUNT),
      number('share', 'Of all that met theirs.', ({ count, joined }) => (joined === 0 ? undefined : count / joined), SHARE),
      text('version', 'The version.', ({ version }) => version),
      text('role', 'How the version takes part.', ({ role }) => role),
      text('model', 'Name of the model.', () => model, { links: [DEBUG_BOARD] }),
    ],
  });
}

/** How much of it came, a row a version. */
export function joinFrame({ model, versions }: GroundTruthAnswer, refId: string): DataFrame {
  return frameOf<ApiVersionGroundTruth>({
    refId,
    name: `ground truth ${model}`,
    rows: versions,
    columns: [
      text('model', 'Name of the model.', () => model, { links: [DEBUG_BOARD] }),
      text('version', 'The version.', ({ version }) => version),
      text('role', 'How the version takes part.', ({ role }) => role),
      number('joinRatio', 'Of the predictions that wait no more, the share that met ground truth.', (told) => valueOf(told.joinRatio), {
        ...SHARE,
        displayName: 'join ratio',
      }),
      number('lower', 'Lower end of its interval.', ({ joinRatio }) => lowerOf(joinRatio), SHARE),
      number('upper', 'Upper end of its interval.', ({ joinRatio }) => upperOf(joinRatio), SHARE),
      number('joined', 'Predictions that met ground truth.', ({ joined }) => joined, COUNT),
      number('expired', 'Predictions whose horizon passed without it.', ({ expired }) => expired, {
        ...COUNT,
        thresholds: worseFrom([1, 'orange']),
      }),
      number('delay', 'Mean delay of ground truth.', ({ delaySeconds }) => delaySeconds.mean, { unit: 's', min: 0 }),
    ],
  });
}

/** One row: what arrived, what waits, how old the newest is. */
export function freshnessFrame(answer: GroundTruthAnswer, refId: string): DataFrame {
  const { model, horizonSeconds } = answer;
  return frameOf<GroundTruthAnswer>({
    refId,
    name: `freshness ${model}`,
    rows: [answer],
    columns: [
      text('model', 'Name of the model.', () => model, { links: [DEBUG_BOARD] }),
      number('age', 'Since the newest ground truth became known; empty before there is any.', ({ ageSeconds }) => ageSeconds, {
        unit: 's',
        min: 0,
        thresholds: worseFrom([horizonSeconds / 2, 'orange'], [horizonSeconds, 'red']),
      }),
      number('horizon', 'How long a prediction waits for its ground truth.', () => horizonSeconds, { unit: 's' }),
      number('pending', 'Predictions that wait now.', ({ pending }) => pending, COUNT),
      number('received', 'Ground truth that was taken.', ({ received }) => received, COUNT),
      number('late', 'Of it, after the horizon of its prediction.', ({ late }) => late, COUNT),
      number('unmatched', 'Late, or without a prediction.', ({ unmatched }) => unmatched, COUNT),
      number('conflicts', 'Another value was there already; the first wins.', ({ conflicts }) => conflicts, {
        ...COUNT,
        thresholds: worseFrom([1, 'orange']),
      }),
      number('duplicates', 'The same value was there already.', ({ duplicates }) => duplicates, COUNT),
    ],
  });
}
