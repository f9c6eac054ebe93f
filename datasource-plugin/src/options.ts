import type { DataSourceJsonData } from '@grafana/data';

/** Settings that every viewer may read. */
export interface ModelwatchOptions extends DataSourceJsonData {
  /** The Prometheus data source that holds the series of the same exporters. */
  readonly prometheusUid?: string;
  /** The data source that holds the traces of the same exporters, such as Tempo. */
  readonly tracesUid?: string;
  readonly tlsSkipVerify?: boolean;
  readonly tlsAuthWithCACert?: boolean;
  readonly tlsAuth?: boolean;
  readonly serverName?: string;
}

/** Settings that leave the browser once and never come back. */
export interface ModelwatchSecrets {
  readonly apiToken?: string;
  readonly tlsCACert?: string;
  readonly tlsClientCert?: string;
  readonly tlsClientKey?: string;
}
