import type { DataFrame } from '@grafana/data';
import type { ApiCalibrationBin, ApiVersionCalibration, CalibrationAnswer } from '@modelwatch/core';
import { worseFrom } from '../frames/bars';
import { COUNT, frameOf, number, SHARE, text } from '../frames/columns';
import { DEBUG_BOARD } from '../frames/data-links';
import { lowerOf, upperOf, valueOf } from '../frames/readings';

/** A row a bin and version, in the order of the bins; fits the panel's view of calibration. Bins without a score are left out. */
export function calibrationFrame({ model, versions, confidence }: CalibrationAnswer, refId: string): DataFrame {
  const rows = versions.flatMap(({ version, role, bins }) =>
    bins.filter(({ count }) => count > 0).map((bin): Row => ({ ...bin, version, role })),
  );
  type Row = ApiCalibrationBin & Pick<ApiVersionCalibration, 'version' | 'role'>;
  const percent = `${Number((confidence * 100).toFixed(3))} %`;
  return frameOf<Row>({
    refId,
    name: `calibration ${model}`,
    rows,
    columns: [
      text('bin', 'Scores above the first bound and not above the second.', ({ from, to }) => `${from}-${to}`),
      number('meanScore', 'Mean score in the bin: what was said.', ({ meanScore }) => meanScore, { ...SHARE, displayName: 'mean score' }),
      number('observedRate', 'Share that came true.', ({ observedRate }) => valueOf(observedRate), {
        ...SHARE,
        displayName: 'observed rate',
      }),
      number('lower', `Lower end of its interval of ${percent}.`, ({ observedRate }) => lowerOf(observedRate), SHARE),
      number('upper', `Upper end of its interval of ${percent}.`, ({ observedRate }) => upperOf(observedRate), SHARE),
      number('count', 'Joined predictions in the bin.', ({ count }) => count, COUNT),
      text('version', 'The version.', ({ version }) => version),
      text('role', 'How the version takes part.', ({ role }) => role),
      text('model', 'Name of the model.', () => model, { links: [DEBUG_BOARD] }),
    ],
    notices: noticesOf(versions),
  });
}

/** Expected calibration error, a row a version. */
export function calibrationErrorFrame({ model, versions, bars }: CalibrationAnswer, refId: string): DataFrame {
  return frameOf<ApiVersionCalibration>({
    refId,
    name: `calibration error ${model}`,
    rows: versions,
    columns: [
      text('model', 'Name of the model.', () => model, { links: [DEBUG_BOARD] }),
      text('version', 'The version.', ({ version }) => version),
      text('role', 'How the version takes part.', ({ role }) => role),
      number(
        'error',
        'Expected calibration error: mean distance of what was said from what came true; empty where there is too little.',
        ({ expectedCalibrationError }) => valueOf(expectedCalibrationError),
        { ...SHARE, displayName: 'calibration error', thresholds: worseFrom([bars.calibrationErrorMax, 'orange']) },
      ),
      number('count', 'Joined predictions with a score.', ({ count }) => count, COUNT),
      number('missing', 'Joined predictions without a score within 0 and 1.', ({ missing }) => missing, COUNT),
    ],
    notices: noticesOf(versions),
  });
}

/** With few predictions chance alone moves the calibration error. */
function noticesOf(versions: readonly ApiVersionCalibration[]) {
  const few = versions.filter(({ expectedCalibrationError }) => expectedCalibrationError.kind === 'undetermined');
  return few.map(({ version, count }) => ({
    severity: 'info' as const,
    text: `Version ${version} has ${count} joined predictions: too few for a calibration error.`,
  }));
}
