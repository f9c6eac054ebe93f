import { METRICS } from '../contracts/index.js';
import type { MetricDescription, MetricName } from '../contracts/index.js';
import { DEFAULT_BARS, DEFAULT_FAIR, DEFAULT_ROLLOUT } from './default-bars.js';
import { RECORDING_FAMILIES } from './recordings/index.js';
import { selectAll } from './selector.js';
import { objectivesSection } from './slo/slo-page.js';

/** The table's sections: each starts at a metric and goes on to the next, so that a new metric stands where its row stands. */
const SECTIONS: readonly { readonly title: string; readonly from: MetricName; readonly note?: string }[] = [
  { title: 'Facts', from: 'modelwatch_build_info' },
  {
    title: 'Serving',
    from: 'modelwatch_requests_received_total',
    note: 'Once nothing is under way, received = answered + failed + shed, exactly.',
  },
  {
    title: 'Features and output',
    from: 'modelwatch_feature_bin_total',
    note: 'Bins are those of the baseline and never move, so counts of any replicas and any hours add up. Missing values are in no bin.',
  },
  { title: 'Baseline', from: 'modelwatch_baseline_bin_ratio', note: 'The same on every replica: take `max by`, never a sum.' },
  {
    title: 'Ground truth and quality',
    from: 'modelwatch_ground_truth_received_total',
    note: 'Kept in the store: these go on after a restart, and count every joined pair exactly once.',
  },
  { title: 'Ingest and validation', from: 'modelwatch_events_received_total' },
  { title: 'Limits', from: 'modelwatch_queue_entries', note: 'Each queue and label set with its fill, its cap and its drops.' },
  { title: 'The sidecar itself', from: 'modelwatch_watch_duration_seconds' },
  { title: 'One replica', from: 'modelwatch_local_window_values', note: 'Not mergeable: over several replicas use the recorded series.' },
];

const HEAD = `# Metrics

<!-- Generated from src/contracts/metrics.ts and src/generate/recordings by \`npm run generate\`; edit them there. -->

Every series on \`/metrics\` beside the process metrics (\`process_...\`, \`nodejs_...\`), then what the recording rules make of them.

How to read them:

- **Counters add up over replicas.** Sum first, then compute: \`sum by (model, version, role) (increase(...[1h]))\`, and only then a share or a
  score. A mean of the replicas' drift is wrong: with little traffic each, undrifted replicas show drift that their sum has not.
- **\`modelwatch_local_...\` is one replica's own view**, for those who have just one. It cannot be averaged or summed.
- **No answer is no series.** Where there is too little data, no baseline or no ground truth yet, a score is absent, never 0 and never NaN.
- **Each score travels with its count** and, where theory gives one, with the value that chance alone explains (\`..._critical\`).
- \`role\` is champion, challenger or canary. \`bin\` is an interval such as \`(3.5,7]\` or a category; \`__other__\` holds the rare ones,
  \`__unseen__\` those that the baseline does not know.
`;

/** docs/metrics.md: every exported series by section, and every recorded one by family. */
export function metricsPage(): string {
  return `${HEAD}\n${SECTIONS.map(section).join('\n')}\n${recordedSeries()}`;
}

function section({ title, from, note }: (typeof SECTIONS)[number], index: number): string {
  const next = SECTIONS[index + 1]?.from;
  const rows: readonly MetricDescription[] = METRICS;
  const rowOf = (name: MetricName): number => rows.findIndex((row) => row.name === name);
  const lines = rows.slice(rowOf(from), next === undefined ? rows.length : rowOf(next)).map(metricLine);
  return `## ${title}\n\n${note === undefined ? '' : `${note}\n\n`}| name | type | labels | meaning |\n|---|---|---|---|\n${lines.join('\n')}\n`;
}

function metricLine({ name, type, labels, help, buckets }: MetricDescription): string {
  const bounds = buckets === undefined ? '' : ` Buckets: ${buckets.join(', ')}.`;
  return `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(' ')} | ${cell(help)}${bounds} |`;
}

function recordedSeries(): string {
  const head = `## Recorded series

What \`modelwatch rules\` writes to \`alert-rules/recording.yaml\`: computed by Prometheus from the counters of all replicas. A name is
\`level:metric:window\`, and the level lists the labels: \`model_version_feature:...\` has \`model\`, \`version\` and \`feature\`. Windows of drift and
quality are each model's \`alerts.driftWindows\`, below by their defaults.
`;
  return `${head}\n${[...RECORDING_FAMILIES.map(recordedFamily), objectivesSection()].join('\n')}`;
}

function recordedFamily({ name, help, windows, rules }: (typeof RECORDING_FAMILIES)[number]): string {
  const all = windows(DEFAULT_BARS, DEFAULT_ROLLOUT);
  // A name that has one window only is shown whole.
  const window = all.length === 1 ? all[0]! : '<window>';
  const spelled = all.length === 1 ? '' : ` Windows: ${all.map((each) => `\`${each}\``).join(' and ')}.`;
  // Some are recorded for one of the windows alone.
  const recorded = all.flatMap((each) =>
    rules({ window: each, bars: DEFAULT_BARS, rollout: DEFAULT_ROLLOUT, fair: DEFAULT_FAIR, select: selectAll }).map(({ record }) =>
      record.replaceAll(each, window),
    ),
  );
  const records = [...new Set(recorded)].map((record) => `- \`${record}\``);
  return `### ${name}\n\n${help}${spelled}\n\n${records.join('\n')}\n`;
}

/** A bar would end the cell, and underscores around a word would make it bold. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/__\w+__/g, '`$&`');
