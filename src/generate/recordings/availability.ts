import { MODEL_LABELS, summedIncrease } from '../promql.js';
import { servingWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';

/**
 * Availability: the share of requests received that neither failed by our fault nor were shed; requests refused for a fault of their own count
 * as answered. Reasons that never happened may have no series, which counts as none. With the requests it rests on.
 */
export const availability: RecordingFamily = {
  name: 'availability',
  help: "Share of requests that neither failed by our or the upstream's fault nor were shed, with the requests received.",
  windows: servingWindows,
  rules({ window, select }) {
    const received = select(`model_version_role:modelwatch_requests_received:${window}`);
    const lost = (metric: string) => `(\n  ${summedIncrease(MODEL_LABELS, select(metric), window)}\n  or\n  ${received} * 0\n)`;
    return [
      {
        record: `model_version_role:modelwatch_requests_received:${window}`,
        expr: summedIncrease(MODEL_LABELS, select('modelwatch_requests_received_total'), window),
      },
      {
        record: `model_version_role:modelwatch_availability_ratio:${window}`,
        // A request may be received before the window and fail within it; a share stays within 0..1.
        expr: `clamp(\n  1\n  - (\n${[lost('modelwatch_requests_failed_total'), '+', lost('modelwatch_requests_shed_total')]
          .join('\n')
          .replace(/^/gm, '    ')}\n  )\n  / (${received} > 0),\n  0, 1\n)`,
      },
    ];
  },
};
