import { BEGINS_HOUR, incidentModel, type Incident } from './incident.js';

export const explainerChange: Incident = {
  name: 'explainer-change',
  about: 'A deploy brings another explainer: the attributions of the same model are others.',
  expected: ['ModelwatchExplainerInconsistent'],
  model: incidentModel('explainer-change', 212, { deploys: [{ hour: BEGINS_HOUR }] }),
  beginsHour: BEGINS_HOUR,
  change(conditions) {
    conditions.attributionsReversed = true;
    conditions.goldenExplanationFailures = 71;
  },
};
