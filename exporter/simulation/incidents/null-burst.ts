import { BEGINS_HOUR, incidentModel, type Incident } from './incident.js';

export const nullBurst: Incident = {
  name: 'null-burst',
  about: 'A join upstream finds nothing: for three hours 30 % of a feature is null.',
  expected: ['ModelwatchMissingRatioHigh'],
  model: incidentModel('null-burst', 205),
  beginsHour: BEGINS_HOUR,
  change(conditions, hoursSince) {
    if (hoursSince < 3) conditions.missing.set('account_age_days', 0.3);
  },
};
