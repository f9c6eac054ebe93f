import { BEGINS_HOUR, incidentModel, type Incident } from './incident.js';

export const oneSlice: Incident = {
  name: 'one-slice',
  about: 'In one region alone, 18 % of the traffic, the answers are wrong: truth has moved by two logits there.',
  expected: ['ModelwatchSliceQualityLow'],
  model: incidentModel('one-slice', 203),
  beginsHour: BEGINS_HOUR,
  change(conditions) {
    conditions.conceptOfSlice.set('east', -2);
  },
};
