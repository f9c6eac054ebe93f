import { BEGINS_HOUR, incidentModel, type Incident } from './incident.js';

export const wrongExport: Incident = {
  name: 'wrong-export',
  about: 'A deploy brings a file that was exported wrongly: its scores are off by 1.2 logits.',
  expected: ['ModelwatchGoldenRowFailure'],
  model: incidentModel('wrong-export', 211, { deploys: [{ hour: BEGINS_HOUR }] }),
  beginsHour: BEGINS_HOUR,
  change(conditions) {
    conditions.outputLogits = 1.2;
    conditions.goldenFailures = 62;
  },
};
