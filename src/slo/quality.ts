import { evidenceOf, MINUTES_MIN, REQUESTS_MIN, type Sli, type SliEvents } from './sli.js';

const WRONG = ['false_positive', 'false_negative'];

/**
 * Right classifications of all that met their ground truth; or, before it comes, as they are expected to be; or those on which a challenger agrees.
 * Of a regression, minutes in which the mean absolute error over the short window of drift lies within the bound.
 */
export const qualitySli: Sli = {
  name: 'quality',
  help: 'Share of right classifications, or of minutes in which the mean absolute error lies within the bound; by evidence: ground truth, estimate, or agreement with a challenger.',
  scope: 'version',
  mayPage: (slo) => evidenceOf(slo) === 'ground_truth',
  eventsMin: ({ errorMax }) => (errorMax === undefined ? REQUESTS_MIN : MINUTES_MIN),
  events(slo): SliEvents {
    if (slo.errorMax !== undefined) return { kind: 'minutes', of: 'mean_error' };
    const evidence = evidenceOf(slo);
    if (evidence === 'shadow') {
      const counter = 'modelwatch_shadow_agreement_total';
      const outcome = ['champion_only_positive', 'challenger_only_positive', 'beyond_tolerance'];
      return { kind: 'counters', total: [{ counter }], bad: [{ counter, where: { outcome } }] };
    }
    const counter = evidence === 'estimate' ? 'modelwatch_estimated_confusion_total' : 'modelwatch_confusion_total';
    return { kind: 'counters', total: [{ counter }], bad: [{ counter, where: { outcome: WRONG } }] };
  },
};
