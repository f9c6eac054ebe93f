import { BEGINS_HOUR, incidentModel, type Incident } from './incident.js';

export const slowDrift: Incident = {
  name: 'slow-drift',
  about: 'Sessions grow longer by a tenth of a standard deviation each day, for two weeks.',
  expected: ['ModelwatchFeatureDrift'],
  model: incidentModel('slow-drift', 202, { days: 22 }),
  beginsHour: BEGINS_HOUR,
  change(conditions, hoursSince) {
    conditions.shift.set('session_seconds', Math.min(1.4, (0.1 * hoursSince) / 24));
  },
};
