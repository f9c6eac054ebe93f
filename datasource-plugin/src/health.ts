import type { TestDataSourceResponse } from '@grafana/data';
import { catchError, map, Observable, of, switchMap } from 'rxjs';
import { Api, API_VERSION } from './api';
import { toQueryError } from './query-error';

/** Whom the data source talks to and how many models it watches, or what is wrong. */
export function checkHealth(api: Api): Observable<TestDataSourceResponse> {
  return api.about().pipe(
    switchMap((about) => {
      if (about?.name !== 'modelwatch') {
        return of(fault('What answers at this URL is not an exporter of Modelwatch.'));
      }
      const { version, apiVersion } = about;
      if (apiVersion !== API_VERSION) {
        const older = apiVersion < API_VERSION ? 'the exporter' : 'this plugin';
        return of(fault(`Exporter ${version} speaks version ${apiVersion} of the API, this plugin ${API_VERSION}: update ${older}.`));
      }
      return api.models().pipe(
        map(({ models }) => ({
          status: 'success',
          message: `Exporter ${version} answers and watches ${models.length === 1 ? '1 model' : `${models.length} models`}.`,
        })),
      );
    }),
    catchError((thrown: unknown) => of(fault(toQueryError(thrown).message ?? ''))),
  );
}

function fault(message: string): TestDataSourceResponse {
  return { status: 'error', message };
}
