import type { Board } from './board.js';
import { deployTimeline, EVENT_COLUMNS, sinceDeploy } from './deploys.js';
import type { BoardFacts } from './facts.js';
import { stat, timeSeries, view } from './panel.js';
import { ofModel, ofVersion } from './query.js';
import { answer, table } from './table.js';

const pane = () => ({
  title: 'What is where',
  panels: [
    view('registry-board', {
      title: 'Models by stage',
      description:
        'Every version that is at work or in the registry, by its stage, with its health, the verdict on a challenger and the last deploy. One sidecar’s own.',
      width: 24,
      height: 9,
      asked: { queryType: 'versions' },
    }),
  ],
});

const numbers = ({ over }: BoardFacts) => ({
  title: 'Numbers',
  panels: [
    stat({
      title: 'Versions by stage',
      description: 'Versions that the registry holds, those without a series of their own included.',
      width: 12,
      unit: 'short',
      decimals: 0,
      expressions: [{ expr: `sum by (stage) (max by (model, stage) (${ofModel('modelwatch_registry_versions')}))`, legend: '{{stage}}' }],
    }),
    sinceDeploy({ width: 12 }),
    table({
      title: 'Replicas by version',
      description:
        'How many sidecars watch each version, in which role, and where it is scored: a rollout that is stuck half-way shows here.',
      width: 12,
      unit: 'short',
      decimals: 0,
      alert: 'ModelwatchModelAbsent',
      columns: ['model', 'version', 'role', 'source', 'team'],
      value: 'replicas',
      expressions: [{ expr: `count by (model, version, role, source, team) (${ofVersion('modelwatch_model_info')})` }],
    }),
    table({
      title: 'Verdicts on challengers',
      description: 'What the rollout rule says of each challenger: promote, hold, reject, or insufficient_data.',
      width: 12,
      unit: 'short',
      columns: ['model', 'version', 'role', 'verdict'],
      expressions: [
        { expr: `${over('rollout', (window) => ofVersion(`model_version_role_verdict:modelwatch_rollout_verdict:${window}`))} == 1` },
      ],
    }),
  ],
});

const changes = () => ({
  title: 'What moved',
  panels: [
    deployTimeline(24),
    answer({
      title: 'Promotions, deploys and rollbacks',
      description: 'Every event of the registry and of those who deploy, within the time of the board.',
      width: 24,
      none: 'no changes or incidents to show',
      asked: { queryType: 'events' },
      columns: EVENT_COLUMNS,
    }),
    timeSeries({
      title: 'Promotions that were aborted',
      calm: 0,
      description: 'Promotions by how they ended: promoted put their version in force, aborted changed nothing. A rollback is one.',
      width: 8,
      unit: 'short',
      expressions: [
        {
          expr: `sum by (model, outcome) (increase(${ofModel('modelwatch_registry_promotions_total')}[$__rate_interval]))`,
          legend: '{{model}}: {{outcome}}',
        },
      ],
    }),
    timeSeries({
      title: 'Room for model files',
      description: 'Bytes of the files that the registry keeps, as a share of what it may keep; at 100 % further files are refused.',
      width: 8,
      unit: 'percentunit',
      max: 1,
      bar: { above: 0.9 },
      expressions: [
        {
          expr: 'max by (job, instance) (modelwatch_registry_files_bytes / modelwatch_registry_files_capacity_bytes)',
          legend: '{{instance}}',
        },
      ],
    }),
    timeSeries({
      title: 'Load and first call',
      description: 'How long the version in force took to load, and its first request: what a promotion or a restart costs.',
      width: 8,
      unit: 's',
      expressions: [
        { expr: `max by (model, version) (${ofVersion('modelwatch_scorer_load_seconds')})`, legend: '{{model}} {{version}}: load' },
        {
          expr: `max by (model, version) (${ofVersion('modelwatch_scorer_first_call_seconds')})`,
          legend: '{{model}} {{version}}: first call',
        },
      ],
    }),
  ],
});

/** The single pane: every model, its versions, where they stand, how they came there. */
export const registry: Board = {
  name: 'registry',
  title: 'Modelwatch / Registry',
  description: 'Which version of which model is where, how did it come there, and what is to be promoted?',
  choices: ['models', 'version'],
  from: 'now-30d',
  refresh: '1m',
  rows: (facts) => [pane(), numbers(facts), changes()],
};
