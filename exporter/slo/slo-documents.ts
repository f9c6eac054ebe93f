import type { SliName } from '@modelwatch/core';
import { SLI_NAMES } from '@modelwatch/core';
import { parseAllDocuments } from 'yaml';
import { quote } from '../config/fault.js';

/** Why something of a document cannot be brought over. */
export type SloFaultCode =
  | 'not_yaml'
  | 'too_long'
  | 'unknown_format'
  | 'unsupported_version'
  | 'malformed'
  | 'indicator_unknown'
  | 'bound_unknown'
  | 'matcher_unsupported'
  | 'window_not_rolling'
  | 'budgeting_unsupported'
  | 'threshold_unsupported'
  | 'composite_unsupported'
  | 'reference_unsupported'
  | 'configuration_refuses';

/** One thing of a document that cannot be expressed here, at its place. */
export interface SloFault {
  readonly code: SloFaultCode;
  /** `document 2: spec.timeWindow`. */
  readonly place: string;
  readonly message: string;
}

/** An objective as it would stand in `modelwatch.yaml`, and whose it is. */
export interface ImportedSlo {
  readonly model: string;
  readonly slo: Readonly<Record<string, string | number | boolean>> & { readonly name: string; readonly sli: SliName };
}

export interface SloImport {
  readonly slos: readonly ImportedSlo[];
  readonly faults: readonly SloFault[];
  /** What was left out and does no harm: alert policies, labels, annotations of other tools. */
  readonly notes: readonly string[];
}

/** What the caller says where a document cannot. */
export interface ImportHints {
  readonly model?: string | undefined;
  readonly sli?: SliName | undefined;
}

export type Mapping = Readonly<Record<string, unknown>>;
export const isMapping = (value: unknown): value is Mapping => typeof value === 'object' && value !== null && !Array.isArray(value);

const BYTES_MAX = 1_048_576;
const DOCUMENTS_MAX = 1000;

/** The documents of a YAML file, or what is wrong with it. */
export function readDocuments(text: string): { readonly documents: readonly unknown[] } | { readonly fault: SloFault } {
  const whole = (code: SloFaultCode, message: string) => ({ fault: { code, place: 'the file', message } });
  if (Buffer.byteLength(text) > BYTES_MAX) return whole('too_long', `it has more than ${BYTES_MAX} bytes`);
  try {
    const parsed = parseAllDocuments(text, { schema: 'core', prettyErrors: false, stringKeys: true, logLevel: 'error' });
    const documents = Array.isArray(parsed) ? parsed : [];
    if (documents.length > DOCUMENTS_MAX) return whole('too_long', `it has more than ${DOCUMENTS_MAX} documents`);
    const broken = documents.find(({ errors }) => errors.length > 0);
    if (broken !== undefined) return whole('not_yaml', `not valid YAML: ${broken.errors[0]!.message.split('\n', 1)[0]!}`);
    return { documents: documents.map((document) => document.toJS({ maxAliasCount: 100 }) as unknown) };
  } catch {
    return whole('not_yaml', 'its aliases expand too far');
  }
}

/** Which indicator a query is of, by the counters that it reads; undefined where it reads none of ours. */
export function sliOfQuery(query: string): SliName | undefined {
  const known: readonly (readonly [RegExp, SliName])[] = [
    [/modelwatch_requests_(?:failed|shed)_total/, 'availability'],
    [/modelwatch_request_duration_seconds/, 'latency'],
    [/modelwatch_confusion_total/, 'quality'],
    [/modelwatch_ground_truth_(?:delay_seconds|expired_total)/, 'ground_truth_freshness'],
    [/modelwatch_feature_(?:missing|out_of_range|unseen)_total/, 'data_quality'],
    [/modelwatch_log_events_ended_total/, 'training_success'],
    [/modelwatch_log_event_duration_seconds/, 'retrain_time'],
  ];
  return known.find(([pattern]) => pattern.test(query))?.[1];
}

export const sliNamed = (text: unknown): SliName | undefined => SLI_NAMES.find((name) => name === text);

export const unknownIndicator = (place: string, what: string): SloFault => ({
  code: 'indicator_unknown',
  place,
  message: `${what} reads none of Modelwatch's counters; say with --sli which indicator is meant: ${SLI_NAMES.join(', ')}`,
});

/** A name as configurations take it. */
export function nameOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(value) ? value : undefined;
}

export const shown = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? quote(value) : 'something else';

/** A text, or an empty one: what a document holds may be anything, and some of it cannot even be turned into text. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
