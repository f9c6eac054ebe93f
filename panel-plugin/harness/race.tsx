import { createDataFrame, createTheme, DataFrame, FieldType, PanelPlugin } from '@grafana/data';
import React from 'react';
import type { RaceSize } from './page-api';
import { showPanel } from './panel-host';
import { place } from './placed';
import { loadModule } from './plugin-loader';

const FEATURES = 50;
const BINS = 20;
const MODELS = 200;
const STAGES = ['champion', 'challenger', 'archived'];
const SIZE = { width: 1200, height: 700 };

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

function frameOf(size: RaceSize): DataFrame {
  const text = (name: string, values: string[]) => ({ name, type: FieldType.string, config: {}, values });
  if (size === 'models') {
    const rows = range(MODELS);
    return createDataFrame({
      fields: [
        text(
          'model',
          rows.map((row) => `model-${row}`),
        ),
        text(
          'version',
          rows.map((row) => String(row % 7)),
        ),
        text(
          'stage',
          rows.map((row) => STAGES[row % STAGES.length]!),
        ),
        text(
          'health',
          rows.map((row) => (row % 5 === 0 ? 'drifting' : 'ok')),
        ),
      ],
    });
  }
  const rows = range(FEATURES * BINS);
  return createDataFrame({
    fields: [
      text(
        'slice',
        rows.map((row) => `feature-${Math.floor(row / BINS)}`),
      ),
      text(
        'metric',
        rows.map((row) => `bin ${row % BINS}`),
      ),
      { name: 'value', type: FieldType.number, config: {}, values: rows.map((row) => ((row * 37) % 101) / 101) },
      { name: 'count', type: FieldType.number, config: {}, values: rows.map((row) => 100 + row) },
    ],
  });
}

/** The rival: every row as it is, with nothing but the browser's own table. */
function PlainTable({ frame }: { readonly frame: DataFrame }) {
  return (
    <table id="panel">
      <tbody>
        {range(frame.length).map((row) => (
          <tr key={row}>
            {frame.fields.map(({ name, values }) => (
              <td key={name}>{String(values[row])}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export async function race(size: RaceSize, rounds: number) {
  const { plugin } = await loadModule<{ plugin: PanelPlugin }>('modelwatch-panel');
  const theme = createTheme({ colors: { mode: 'dark' } });
  const frame = frameOf(size);
  const options = { view: size === 'models' ? 'registry-board' : 'slice-quality' };
  const taken = { panel: [] as number[], table: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    taken.panel.push((await showPanel(plugin, { frames: [frame], options }, { theme, ...SIZE })).milliseconds);
    taken.table.push(await place(<PlainTable frame={frame} />, theme));
  }
  return taken;
}
