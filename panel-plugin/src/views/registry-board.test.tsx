import '@testing-library/jest-dom/jest-globals';
import { describe, expect, it } from '@jest/globals';
import { FieldType, MappingType } from '@grafana/data';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { bind, BoundFrame } from '../bound-frame';
import { prepared } from '../prepared-frames';
import { showView } from '../testing/show-view';
import { registryBoardView } from './registry-board';
import { NEEDS, registryBoard, VERSIONS_MAX } from './registry-board-model';

const frame = {
  fields: [
    { name: 'model', type: FieldType.string, values: ['fraud', 'fraud', 'eta'] },
    { name: 'version', type: FieldType.string, values: ['12', '13', '4'] },
    { name: 'stage', type: FieldType.string, values: ['champion', 'challenger', 'champion'] },
    {
      name: 'health',
      type: FieldType.string,
      values: ['drifting', 'ok', ''],
      config: {
        mappings: [{ type: MappingType.ValueToText, options: { drifting: { text: 'Drifting', color: 'orange', index: 0 } } } as const],
      },
    },
    { name: 'verdict', type: FieldType.string, values: [null, 'better', null] },
    { name: 'deployed', type: FieldType.time, values: [Date.UTC(2026, 0, 2), Date.UTC(2026, 0, 3), null] },
  ],
};

function bound(frames = prepared([frame])): BoundFrame {
  const binding = bind(frames, NEEDS);
  if (binding.kind === 'missing') {
    throw new Error(binding.message);
  }
  return binding.bound;
}

const show = (width = 800) => {
  return showView(registryBoardView, bound(), { width, height: 400 });
};

describe('registry board', () => {
  it('groups versions by stage in the order of the frame', () => {
    const model = registryBoard(bound());
    expect(model.stages.map(({ stage, entries }) => [stage, entries.map((entry) => entry.model)])).toEqual([
      ['champion', ['fraud', 'eta']],
      ['challenger', ['fraud']],
    ]);
    expect(model.stages[0]?.entries[0]).toMatchObject({ health: { text: 'Drifting' }, deployed: '2026-01-02 00:00:00' });
    expect(model.stages[0]?.entries[1]).toMatchObject({ health: undefined, verdict: undefined, deployed: undefined });
  });

  it('draws a bounded number of versions and counts the rest', () => {
    const many = Array.from({ length: VERSIONS_MAX + 3 }, (_, index) => `${index}`);
    const fields = ['model', 'version', 'stage'].map((name) => ({ name, type: FieldType.string, values: many }));
    const model = registryBoard(bound(prepared([{ fields }])));
    expect(model.stages).toHaveLength(VERSIONS_MAX);
    expect(model.leftOutCount).toBe(3);
    expect(model.modelCount).toBe(VERSIONS_MAX + 3);
  });

  it('shows each stage as a list with health and verdict in words', () => {
    show();
    expect(screen.getByRole('region', { name: '2 models with 3 versions: 2 champion, 1 challenger' })).toBeInTheDocument();
    expect(within(screen.getByRole('list', { name: 'champion' })).getAllByRole('listitem')).toHaveLength(2);
    expect(within(screen.getByRole('list', { name: 'champion' })).getByText(/Drifting/)).toBeInTheDocument();
    expect(within(screen.getByRole('list', { name: 'challenger' })).getByText(/better/)).toBeInTheDocument();
  });

  it('moves between versions by arrow keys, and across to another stage', async () => {
    show();
    const items = screen.getAllByRole('listitem');
    items[0]?.focus();
    await userEvent.keyboard('{ArrowDown}');
    expect(items[1]).toHaveFocus();
    await userEvent.keyboard('{ArrowRight}');
    expect(items[2]).toHaveFocus();
    await userEvent.keyboard('{ArrowRight}');
    expect(items[2]).toHaveFocus();
  });
});
