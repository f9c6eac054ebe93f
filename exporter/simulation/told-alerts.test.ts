import { describe, expect, it } from '@jest/globals';
import { toldAlerts } from './told-alerts.js';

const fires = (alertname: string, minutes: readonly number[], labels: Readonly<Record<string, string>> = {}) =>
  minutes.map((minute) => ({ seconds: minute * 60, value: 1, labels: { alertname, model: 'm', severity: 'ticket', ...labels } }));

const told = (...samples: readonly ReturnType<typeof fires>[]) =>
  toldAlerts([{ evaluationSeconds: 600, samples: samples.flat() }]).map(({ alert, beginsSeconds, endsSeconds }) => [
    alert,
    beginsSeconds / 60,
    endsSeconds / 60,
  ]);

describe('what is told', () => {
  it('is one message for all features of a model that fire together', () => {
    expect(
      told(
        fires('ModelwatchFeatureDrift', [10, 20], { feature: 'a' }),
        fires('ModelwatchFeatureDrift', [20, 30], { feature: 'b' }),
        fires('ModelwatchFeatureDrift', [70], { feature: 'a' }),
      ),
    ).toEqual([
      ['ModelwatchFeatureDrift', 10, 40],
      ['ModelwatchFeatureDrift', 70, 80],
    ]);
  });

  it('leaves out what Alertmanager inhibits: drift within the warm-up of its model', () => {
    const warm = fires('ModelwatchWarmUp', [10, 20], { severity: 'info' });
    expect(told(warm, fires('ModelwatchFeatureDrift', [10, 20, 30]))).toEqual([
      ['ModelwatchWarmUp', 10, 30],
      ['ModelwatchFeatureDrift', 30, 40],
    ]);
    expect(told(warm, fires('ModelwatchFeatureDrift', [10], { model: 'n' }))).toContainEqual(['ModelwatchFeatureDrift', 10, 20]);
    expect(told(warm, fires('ModelwatchLatencyHigh', [10]))).toContainEqual(['ModelwatchLatencyHigh', 10, 20]);
  });

  it('is inhibited by what fires at another pace as well', () => {
    const alerts = toldAlerts([
      { evaluationSeconds: 600, samples: fires('ModelwatchModelAbsent', [0, 10, 20, 30], { severity: 'page' }) },
      { evaluationSeconds: 1800, samples: fires('ModelwatchGroundTruthDelayed', [30]) },
    ]);
    expect(alerts.map(({ alert }) => alert)).toEqual(['ModelwatchModelAbsent']);
  });
});
