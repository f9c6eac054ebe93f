import { describe, expect, it } from '@jest/globals';
import type { ModelConfig } from '../../contracts/index.js';
import { slosOf } from '../../slo/index.js';
import { DEFAULT_BARS } from '../default-bars.js';
import { selectAll } from '../selector.js';
import { sloBreached } from './budget-alerts.js';
import { sloBurnFast } from './burn-alerts.js';

type SloConfig = ModelConfig['slo'][number];

/** What alerts on objectives read of a model. */
function textOf(alert: typeof sloBreached, slo: Partial<SloConfig>, { critical = false, driftWindows = ['1h', '6h'] } = {}) {
  const objective: SloConfig = { sli: 'availability', objective: 0.99, period: '30d', ...slo };
  const model = { name: 'm', critical, slo: [objective], alerts: { ...DEFAULT_BARS, driftWindows } } as unknown as ModelConfig;
  return alert.text(slosOf(model)[0]!, selectAll, model)!;
}

describe('a breach', () => {
  const breach = (slo: Partial<SloConfig>, critical: boolean) => {
    const { severity, expr } = textOf(sloBreached, slo, { critical });
    return `${severity} at ${/ >= ([\d.]+)$/m.exec(expr)![1]!}`;
  };

  it('of a critical objective pages, and of another once its budget is spent twice', () => {
    expect(breach({}, true)).toBe('page at 1');
    expect(breach({ critical: true }, false)).toBe('page at 1');
    expect(breach({}, false)).toBe('page at 2');
  });

  it('of one that says critical: false never pages, whatever its model is', () => {
    expect([breach({ critical: false }, true), breach({ critical: false }, false)]).toEqual(['ticket at 2', 'ticket at 2']);
  });

  it('of what may not page does not', () => {
    expect(breach({ sli: 'quality', evidence: 'estimate' }, true)).toBe('ticket at 2');
    expect(breach({ sli: 'data_quality' }, true)).toBe('ticket at 2');
  });
});

describe('a fast burn of quality', () => {
  it('names the worst values over the window that is recorded of them', () => {
    const { description } = textOf(sloBurnFast, { sli: 'quality' }, { driftWindows: ['1h', '12h'] });
    expect(description).toContain('model_version_slo_slice_slice_value:modelwatch_slo_burn_rate:12h{');
  });
});
