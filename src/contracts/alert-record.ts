import type { EventKind } from './operational-event.js';

/** `page` wakes somebody; `ticket` waits for working hours; `info` is told nobody, and silences others. */
export const ALERT_SEVERITIES = ['page', 'ticket', 'info'] as const;

/** `unheard`: it neither ended nor was told again, so that nobody knows when it ended. */
export const ALERT_STATES = ['firing', 'resolved', 'unheard'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** Events by which a model is changed: the first of them after an alert on its data remedies it. */
export const REMEDY_KINDS = ['deploy', 'promotion', 'rollback', 'retrain'] as const satisfies readonly EventKind[];
export type RemedyKind = (typeof REMEDY_KINDS)[number];

/** An alert as Alertmanager told of it: one record from its beginning to its end, however often and by however many it was told. */
export interface AlertRecord {
  /** Of its labels, as Alertmanager makes it. With the beginning it names the record. */
  readonly fingerprint: string;
  readonly name: string;
  /** Absent where the alert is of no model. */
  readonly model?: string;
  readonly severity?: string;
  readonly state: AlertState;
  readonly startSeconds: number;
  /** Absent while it fires; of an unheard one, when it was last told. */
  readonly endSeconds?: number;
  /** When the model was first changed while the alert fired, and how; for alerts on data. */
  readonly remediedSeconds?: number;
  readonly remedy?: RemedyKind;
  readonly summary?: string;
  /** What else it is labelled with: feature, version, slice. Long values are cut. */
  readonly labels: Readonly<Record<string, string>>;
}
