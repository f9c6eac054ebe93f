import { BEGINS_HOUR, incidentModel, type Incident } from './incident.js';

export const staleModel: Incident = {
  name: 'stale-model',
  about: 'The world moves on and the inputs look the same: truth leaves the scores by half a logit a day.',
  expected: ['ModelwatchPredictionSkew', 'ModelwatchQualityDrop', 'ModelwatchCalibrationPoor'],
  model: incidentModel('stale-model', 210, { days: 12 }),
  beginsHour: BEGINS_HOUR,
  change(conditions, hoursSince) {
    conditions.conceptLogits = -Math.min(1.5, (0.5 * hoursSince) / 24);
  },
};
