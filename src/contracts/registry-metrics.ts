import { metricRow as m } from './metric-description.js';

/** Rows of THE TABLE on the registry of models. */
export const REGISTRY_METRICS = [
  m(
    'modelwatch_registry_version_info',
    'gauge',
    ['model', 'version', 'stage'],
    'Versions in the registry by stage (none, staging, shadow, production, archived), the one in production and those that moved last; always 1.',
  ),
  m('modelwatch_registry_versions', 'gauge', ['model', 'stage'], 'Versions in the registry, those without a series of their own included.'),
  m(
    'modelwatch_registry_promotions_total',
    'counter',
    ['model', 'outcome'],
    'Promotions that put their version in force (promoted) or changed nothing (aborted); a rollback is one.',
  ),
  m(
    'modelwatch_registry_promotion_timestamp_seconds',
    'gauge',
    ['model'],
    'When the version in production came there, in seconds since the epoch.',
  ),
  m('modelwatch_registry_files_bytes', 'gauge', [], 'Bytes of the files that the registry keeps.'),
  m('modelwatch_registry_files_capacity_bytes', 'gauge', [], 'Bytes of files that the registry may keep; further files are refused.'),
  m('modelwatch_registry_files_dropped_total', 'counter', [], 'Files refused because the registry keeps as many bytes as it may.'),
] as const;
