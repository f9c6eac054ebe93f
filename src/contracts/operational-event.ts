/** What happened to a model or around it, as people and pipelines tell it. */
export const EVENT_KINDS = ['deploy', 'promotion', 'rollback', 'retrain', 'training_job', 'incident', 'maintenance', 'annotation'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];
export const EVENT_STATUSES = ['running', 'succeeded', 'failed'] as const;
export type EventStatus = (typeof EVENT_STATUSES)[number];

/** One record of the event log. What lasts has an end once it is known; start and end are two reports of one record. */
export interface OperationalEvent {
  /** Names the record: the same again changes nothing, and a later report under it fills in what was not known. */
  readonly id: string;
  readonly kind: EventKind;
  /** Absent: of all models. */
  readonly model?: string;
  readonly version?: string;
  readonly status?: EventStatus;
  readonly timeSeconds: number;
  readonly endSeconds?: number;
  /** Text of people: shown, never a label. */
  readonly text?: string;
}
