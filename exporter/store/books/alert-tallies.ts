import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { EVENT_SECONDS_BUCKETS } from '@modelwatch/core';
import { createHistogramCounts, observe, type HistogramCounts } from '../histogram-counts.js';
import { OTHER_MODELS } from './event-tallies.js';

/** What an alert is counted under: names of bounded number, which whoever tells it has admitted. */
export interface AlertLabels {
  readonly model: string;
  readonly alert: string;
  readonly severity: string;
}

export type RemediationOutcome = 'remedied' | 'resolved';

/** Models that a store counts by themselves, with the names of their alerts; beyond it they are counted together. */
const TALLIES_MAX = 50_000;

/** What the log of alerts tells scrapes. What has begun stays counted when its row goes with its age. */
export interface AlertTallies {
  readonly begun: readonly (AlertLabels & { readonly count: number })[];
  readonly firing: readonly (Omit<AlertLabels, 'alert'> & { readonly count: number })[];
  readonly remediation: readonly {
    readonly model: string;
    readonly outcome: RemediationOutcome;
    readonly duration: HistogramCounts;
  }[];
}

export const ALERT_TALLY_SCHEMA = `
  CREATE TABLE alerts_tally (
    model TEXT NOT NULL,
    alert TEXT NOT NULL,
    severity TEXT NOT NULL,
    begun INTEGER NOT NULL,
    PRIMARY KEY (model, alert, severity)
  ) WITHOUT ROWID;
  CREATE TABLE alerts_remediation (
    model TEXT NOT NULL,
    outcome TEXT NOT NULL,
    duration TEXT NOT NULL,
    PRIMARY KEY (model, outcome)
  ) WITHOUT ROWID;
`;

interface RemediationRow {
  readonly model: string;
  readonly outcome: RemediationOutcome;
  readonly duration: string;
}

/** The counts of the log of alerts, each written in the transaction of the alert that it counts. */
export function openAlertTallies(db: DatabaseSyncInstance, firingNow: AlertTallies['firing']) {
  const saveBegun = db.prepare(
    `INSERT INTO alerts_tally (model, alert, severity, begun) VALUES (?, ?, ?, ?)
     ON CONFLICT (model, alert, severity) DO UPDATE SET begun = excluded.begun`,
  );
  const saveRemediation = db.prepare(
    `INSERT INTO alerts_remediation (model, outcome, duration) VALUES (?, ?, ?)
     ON CONFLICT (model, outcome) DO UPDATE SET duration = excluded.duration`,
  );
  const begunRows = db.prepare('SELECT model, alert, severity, begun AS count FROM alerts_tally').all() as unknown as AlertTallies['begun'];
  const remediationRows = db.prepare('SELECT model, outcome, duration FROM alerts_remediation').all() as unknown as RemediationRow[];
  const begun = new Map(begunRows.map((row) => [keyOf(row.model, row.alert, row.severity), row]));
  const firing = new Map(firingNow.map((row) => [keyOf(row.model, row.severity), row]));
  const remediation = new Map(
    remediationRows.map((row) => [keyOf(row.model, row.outcome), { ...row, duration: JSON.parse(row.duration) as HistogramCounts }]),
  );
  let told: AlertTallies | undefined;
  /** Under its own name as long as there is room. */
  const admitted = (rows: ReadonlyMap<string, unknown>, model: string, ...rest: readonly string[]): string =>
    rows.has(keyOf(model, ...rest)) || rows.size < TALLIES_MAX ? model : OTHER_MODELS;

  return {
    begins({ model: given, alert, severity }: AlertLabels): void {
      const model = admitted(begun, given, alert, severity);
      const key = keyOf(model, alert, severity);
      const count = (begun.get(key)?.count ?? 0) + 1;
      saveBegun.run(model, alert, severity, count);
      begun.set(key, { model, alert, severity, count });
      told = undefined;
    },
    /** One more that fires, or one less; those of a model and severity of which none is left go. */
    fires({ model, severity }: Omit<AlertLabels, 'alert'>, change: 1 | -1): void {
      const key = keyOf(model, severity);
      const count = (firing.get(key)?.count ?? 0) + change;
      if (count === 0) firing.delete(key);
      else firing.set(key, { model, severity, count });
      told = undefined;
    },
    remedied(given: string, outcome: RemediationOutcome, seconds: number): void {
      const model = admitted(remediation, given, outcome);
      const key = keyOf(model, outcome);
      const { counts, sum } = remediation.get(key)?.duration ?? createHistogramCounts(EVENT_SECONDS_BUCKETS);
      const duration = { counts: [...counts], sum };
      observe(duration, EVENT_SECONDS_BUCKETS, seconds);
      saveRemediation.run(model, outcome, JSON.stringify(duration));
      remediation.set(key, { model, outcome, duration });
      told = undefined;
    },
    /** All of them; another object once one has changed. */
    get told(): AlertTallies {
      told ??= { begun: [...begun.values()], firing: [...firing.values()], remediation: [...remediation.values()] };
      return told;
    },
  };
}

const keyOf = (...labels: readonly string[]): string => labels.join(' ');
