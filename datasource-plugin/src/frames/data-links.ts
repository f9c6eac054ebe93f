import type { DataLink } from '@grafana/data';
import type { ModelwatchOptions } from '../options';

/** The board that everything of one model is debugged on; for rows that have a field `model`. */
export const DEBUG_BOARD: DataLink = {
  title: 'Debug this model',
  url: '/d/modelwatch-debug?var-model=${__data.fields.model}&${__url_time_range}',
};

/** The same board, of one feature; for rows with fields `model` and `feature`. */
export const DEBUG_FEATURE: DataLink = {
  title: 'Debug this feature',
  url: '/d/modelwatch-debug?var-model=${__data.fields.model}&var-feature=${__data.fields.feature}&${__url_time_range}',
};

/** From a field that holds trace ids to the linked data source of traces; none without one. */
export function traceLinks({ tracesUid }: ModelwatchOptions): DataLink[] {
  if (tracesUid === undefined) {
    return [];
  }
  return [
    {
      title: 'Trace',
      url: '',
      internal: { datasourceUid: tracesUid, datasourceName: 'Traces', query: { query: '${__value.raw}', queryType: 'traceql' } },
    },
  ];
}
