import { createDataFrame, DataFrame, DataQueryRequest, DataQueryResponse, FieldType, LoadingState } from '@grafana/data';
import { DataSourceSrv, setDataSourceSrv } from '@grafana/runtime';
import type { DataQuery } from '@grafana/schema';
import { Observable, of } from 'rxjs';

export const PROMETHEUS = 'prom';

interface Asked extends DataQuery {
  readonly expr: string;
}

/** A frame as Grafana's Prometheus data source makes it of one series of an instant answer. */
export function instantFrame(refId: string, labels: Readonly<Record<string, string>>, value: number): DataFrame {
  return createDataFrame({
    refId,
    fields: [
      { name: 'Time', type: FieldType.time, config: {}, values: [1_796_126_400_000] },
      { name: 'Value', type: FieldType.number, config: {}, labels, values: [value] },
    ],
  });
}

const OBJECTIVES = [
  { slo: 'availability', objective: 0.999, left: 0.82, burn: 0.5, time: 4_250_880 },
  { slo: 'latency', objective: 0.99, left: -0.2, burn: 3, time: 0 },
  { slo: 'data_quality', objective: 0.95, left: 1, burn: 0, time: undefined },
];

/** Of flights-late, for 30 days: one in order, one overspent, one of which nothing burns. No window of five minutes has any events. */
function budgets({ refId, expr }: Asked): DataFrame[] {
  return OBJECTIVES.flatMap(({ slo, objective, left, burn, time }) => {
    const labels = { model: 'flights-late', slo };
    const named = (name: string) => expr.includes(`:modelwatch_slo_${name}`);
    const info = { ...labels, sli: slo, period: '30d', critical: 'true', __name__: 'model_slo:modelwatch_slo_objective_ratio:info' };
    const value = named('objective_ratio') ? objective : named('budget_left') ? left : named('time_to_exhaustion') ? time : burn;
    return value === undefined || named('burn_rate:5m') ? [] : [instantFrame(refId, named('objective_ratio') ? info : labels, value)];
  });
}

/** Puts a Prometheus data source behind Grafana's services, and keeps what it is asked. */
export function installPrometheus(answer: (asked: Asked) => DataFrame[] = budgets, more: Partial<DataQueryResponse> = {}) {
  const requests: Array<DataQueryRequest<Asked>> = [];
  const query = (request: DataQueryRequest<Asked>): Observable<DataQueryResponse> => {
    requests.push(request);
    const done = { data: request.targets.flatMap(answer), state: LoadingState.Done, ...more };
    return of({ data: [], state: LoadingState.Loading }, done);
  };
  const get = (uid: string) =>
    uid === PROMETHEUS ? Promise.resolve({ query }) : Promise.reject(new Error(`Datasource ${uid} was not found`));
  setDataSourceSrv({ get, getList: () => [], getInstanceSettings: () => undefined } as unknown as DataSourceSrv);
  return requests;
}
