import '@testing-library/jest-dom/jest-globals';
import { describe, expect, it } from '@jest/globals';
import { createDataFrame, DataFrame, FieldType, PanelOptionsEditorBuilder, standardEditorsRegistry } from '@grafana/data';
import { screen } from '@testing-library/react';
import { bind } from './bound-frame';
import { migrateOptions } from './migration';
import { plugin } from './module';
import { PanelOptions } from './options';
import { info } from './plugin.json';
import { prepared } from './prepared-frames';
import { showPanel } from './testing/show-view';
import { VIEWS } from './views';

const strings = (...names: string[]) => ({
  fields: names.map((name) => ({ name, type: FieldType.string, values: ['a'] })),
});

const show = (series: DataFrame[], view: string) => showPanel({ view }, { data: { series } });

describe('panel', () => {
  it('draws the chosen view from frames of any source, whatever else the frames hold', () => {
    show(prepared([strings('other'), strings('extra', 'model', 'version', 'stage')]), 'registry-board');
    expect(screen.getByRole('region')).toHaveAccessibleName('1 model with 1 version: 1 a');
  });

  it('says which field the nearest frame lacks', () => {
    show(prepared([strings('model', 'version')]), 'registry-board');
    expect(document.body).toHaveTextContent(
      'Registry board: Needs a string field "model", a string field "version", a string field "stage". The nearest frame lacks a string field "stage".',
    );
  });

  it('takes a field of the wrong type as lacking', () => {
    const frame = createDataFrame({ fields: [{ name: 'model', type: FieldType.number, values: [1] }] });
    expect(bind([frame], [{ name: 'model', type: FieldType.string, meaning: 'the model' }])).toEqual({
      kind: 'missing',
      message: 'Needs a string field "model".',
    });
  });

  it('says that there are no rows, and names the views where the saved one is unknown', () => {
    const fields = ['model', 'version', 'stage'].map((name) => ({ name, type: FieldType.string, values: [] }));
    const { unmount } = show(prepared([{ fields }]), 'registry-board');
    expect(document.body).toHaveTextContent('the query answered with no rows');
    unmount();
    // Whatever else was asked: a timeline asks for events, and for what has been at work.
    const bare = show(prepared([{ fields: [] }, strings('extra')]), 'registry-board');
    expect(document.body).toHaveTextContent('the query answered with no rows');
    bare.unmount();
    // A view of two queries, of which the one that it needs found nothing.
    const half = show(prepared([{ fields: [] }, strings('model', 'version')]), 'deploy-timeline');
    expect(document.body).toHaveTextContent('the query answered with no rows');
    half.unmount();
    show([], 'tomorrow');
    expect(document.body).toHaveTextContent('No view is named "tomorrow"; there are registry-board');
  });
});

describe('plugin', () => {
  it('promises the views that there are, in their order, and no others', () => {
    const promised = info.description.replace(/^.*: /, '').split(', ');
    expect(promised).toEqual(VIEWS.map(({ label }) => label.toLowerCase().replace(' x ', ' by ')));
  });

  it('gives every view its own name, a description and needs with a meaning', () => {
    expect(new Set(VIEWS.map(({ name }) => name)).size).toBe(VIEWS.length);
    for (const view of VIEWS) {
      expect(view.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(view.description.length).toBeGreaterThan(20);
      expect(view.needs.some((need) => !need.optional)).toBe(true);
      expect(view.needs.every(({ meaning }) => meaning !== '')).toBe(true);
    }
  });

  it('suggests the views whose fields are there', () => {
    const frames = prepared([strings('model', 'version', 'stage')]);
    const supplied = plugin.getSuggestions({
      hasData: true,
      rawFrames: frames,
      rowCountTotal: 1,
      rowCountMax: 1,
      frameCount: 1,
      fieldCount: 3,
      fieldCountMax: 3,
      fieldCountByType: () => 0,
      hasFieldType: () => true,
      hasDataFrameType: () => false,
      hasPreferredVisualisationType: () => false,
      numberFieldCount: 0,
      timeFieldCount: 0,
      stringFieldCount: 3,
    });
    expect((supplied ?? []).map(({ options }) => options?.view)).toEqual(['registry-board']);
  });

  it('migrates by the shape of the options: a missing view becomes the first, the rest is kept, twice is once', () => {
    const sliceQuality = { countMin: 7 };
    const once = migrateOptions({ options: { sliceQuality } });
    expect(once).toEqual({ view: 'registry-board', sliceQuality });
    expect(migrateOptions({ options: once })).toEqual(once);
    expect(migrateOptions({ options: { view: 'tomorrow' } }).view).toBe('tomorrow');
  });

  it('takes a view by its label, and leaves options of a wrong type to their defaults', () => {
    const options = {
      view: 'Drift x Impact',
      asTable: 'yes',
      calibration: { countMin: '7' },
      distribution: 5,
      sliceQuality: { countMin: 7 },
      more: 1,
    };
    expect(migrateOptions({ options: options as object })).toEqual({
      view: 'drift-impact',
      calibration: {},
      sliceQuality: { countMin: 7 },
      more: 1,
    });
  });

  it('offers an option only where it applies: by view, and by the fields that are there', () => {
    // Grafana registers its editors when it starts; a builder asks for them by name.
    standardEditorsRegistry.setInit(() => ['radio', 'number'].map((id) => ({ id, name: id, editor: () => null })));
    const builder = new PanelOptionsEditorBuilder<PanelOptions>();
    for (const view of VIEWS) {
      view.addOptions?.(builder);
    }
    const offered = (view: string, fields?: string[]) => {
      const data = fields && [createDataFrame({ fields: fields.map((name) => ({ name, values: [] })) })];
      return builder
        .getItems()
        .filter(({ showIf }) => showIf?.({ view }, data))
        .map(({ path }) => path);
    };
    expect(offered('slice-quality')).toEqual(['sliceQuality.columns', 'sliceQuality.countMin']);
    expect(offered('slice-quality', ['slice', 'value', 'metric'])).toEqual([]);
    expect(offered('slice-quality', ['slice', 'value', 'metric', 'time', 'count'])).toHaveLength(2);
    expect(offered('drift-impact', ['feature'])).toEqual(['driftImpact.namedMax']);
    expect(offered('tomorrow')).toEqual([]);
  });
});
