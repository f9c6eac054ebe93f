import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

/** The long form, for what must be there when the stack starts. */
export interface Mount {
  readonly type: string;
  readonly source: string;
  readonly target: string;
  readonly read_only: boolean;
  readonly bind: { readonly create_host_path: boolean };
}

export interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly ports: readonly string[];
  readonly volumes: readonly (string | Mount)[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly profiles?: readonly string[];
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly pids_limit: number;
  /** Absent where an image holds nothing that could ask. */
  readonly healthcheck?: { readonly test: readonly string[] };
}

/** The stack as docker-compose.yml has it, its anchors resolved. */
export const COMPOSE = parse(readFileSync(path.join(import.meta.dirname, '..', '..', 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  readonly services: Readonly<
    Record<
      | 'tokens'
      | 'grafana-secrets'
      | 'alertmanager-secrets'
      | 'postgres-secrets'
      | 'replay'
      | 'exporter'
      | 'prometheus'
      | 'alertmanager'
      | 'grafana',
      Service
    >
  >;
  readonly volumes: Readonly<Record<string, unknown>>;
};
