import { BEGINS_HOUR, incidentModel, type Incident } from './incident.js';

export const unitChange: Incident = {
  name: 'unit-change',
  about: 'Distances come in feet instead of meters.',
  expected: ['ModelwatchFeatureDrift'],
  model: incidentModel('unit-change', 204),
  beginsHour: BEGINS_HOUR,
  change(conditions) {
    conditions.shift.set('distance_meters', 6);
    conditions.scale.set('distance_meters', 3.28);
  },
};
