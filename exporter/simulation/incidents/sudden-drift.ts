import { BEGINS_HOUR, incidentModel, type Incident } from './incident.js';

export const suddenDrift: Incident = {
  name: 'sudden-drift',
  about: 'A campaign brings other people: the basket is worth 1.5 standard deviations more from one minute to the next.',
  expected: ['ModelwatchFeatureDrift'],
  model: incidentModel('sudden-drift', 201),
  beginsHour: BEGINS_HOUR,
  change(conditions) {
    conditions.shift.set('basket_value', 1.5);
  },
};
