import { BEGINS_HOUR, incidentModel, type Incident } from './incident.js';

export const costLeak: Incident = {
  name: 'cost-leak',
  about: 'A new library takes twenty times the CPU for the same answers: a prediction costs more than twice as much.',
  expected: ['ModelwatchCostRunaway'],
  model: incidentModel('cost-leak', 209, { requestsPerSecond: 20 }),
  beginsHour: BEGINS_HOUR,
  change(conditions) {
    conditions.costFactor = 20;
  },
};
