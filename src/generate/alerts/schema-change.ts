import { number } from '../promql.js';
import { SERVING_WINDOWS } from '../recordings/recording-family.js';
import { aboveBar, alwaysTicket } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** A feature is missing, new, or of another type in more requests than the bar and chance allow, in both windows. */
export const schemaChange: AlertFamily = {
  name: 'ModelwatchSchemaChange',
  concern: 'data',
  severity: alwaysTicket,
  variables: ['version', 'feature'],
  text({ bars, select }) {
    const changed = (window: string) => {
      const ratio = select(`model_version_feature_kind:modelwatch_schema_error_ratio:${window}`);
      const requests = select(`model:modelwatch_schema_requests:${window}`);
      return [
        ...aboveBar(ratio, bars.schemaErrorRatioMax, requests, bars.significance, ' on (model) group_left ()'),
        `and on (model) ${requests} >= ${number(bars.requestCountMin)}`,
      ].join('\n');
    };
    const [short, long] = SERVING_WINDOWS;
    return {
      for: '5m',
      expr: `${changed(short)}\nand\n${changed(long)}`,
      summary:
        'Schema of {{ $labels.model }} {{ $labels.version }}: {{ $labels.kind }} {{ $labels.feature }} in {{ humanizePercentage $value }} of requests ' +
        `over ${short}, bar ${number(bars.schemaErrorRatioMax * 100)}%`,
      description:
        'The features that come are not those of the baseline. A renamed feature is one that is missing and one that is new. Requests are answered, where the ' +
        'model can, from whatever it makes of them.',
    };
  },
};
