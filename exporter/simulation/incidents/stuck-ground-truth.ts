import { BEGINS_HOUR, incidentModel, type Incident } from './incident.js';

export const stuckGroundTruth: Incident = {
  name: 'stuck-ground-truth',
  about: 'The job that brings ground truth stops.',
  expected: ['ModelwatchGroundTruthDelayed', 'ModelwatchSloBurnFast'],
  model: incidentModel('stuck-ground-truth', 208, { days: 12 }),
  beginsHour: BEGINS_HOUR,
  change(conditions) {
    conditions.truthArrives = false;
  },
};
