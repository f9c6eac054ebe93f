import { BEGINS_HOUR, incidentModel, type Incident } from './incident.js';

export const errorBurst: Incident = {
  name: 'error-burst',
  about: 'The upstream fails one request in twenty for forty minutes.',
  expected: ['ModelwatchAvailabilityLow', 'ModelwatchSloBurnFast'],
  model: incidentModel('error-burst', 207),
  beginsHour: BEGINS_HOUR,
  change(conditions, hoursSince) {
    if (hoursSince < 2 / 3) conditions.failedShare += 0.05;
  },
};
