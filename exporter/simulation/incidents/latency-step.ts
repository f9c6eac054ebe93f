import { BEGINS_HOUR, incidentModel, type Incident } from './incident.js';

export const latencyStep: Incident = {
  name: 'latency-step',
  about: 'A noisy neighbour: everything takes six times as long.',
  expected: ['ModelwatchLatencyHigh', 'ModelwatchSloBurnFast'],
  model: incidentModel('latency-step', 206),
  beginsHour: BEGINS_HOUR,
  change(conditions) {
    conditions.latencyFactor *= 6;
  },
};
