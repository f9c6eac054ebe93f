import '@testing-library/jest-dom/jest-globals';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';
import { ConfigEditor } from './config-editor';
import { editQuery, installLayout } from './testing/editors';
import { installRecordedExporter } from './testing/recorded-exporter';

type Settings = React.ComponentProps<typeof ConfigEditor>['options'];

beforeAll(installLayout);

describe('settings', () => {
  const given = (more: Partial<Settings> = {}) =>
    ({ url: 'http://localhost:9810', jsonData: {}, secureJsonFields: {}, secureJsonData: {}, readOnly: false, ...more }) as Settings;
  let last: Settings;
  function Edited({ start }: { start: Settings }) {
    const [options, setOptions] = useState(start);
    last = options;
    return <ConfigEditor options={options} onOptionsChange={(next) => setOptions(next)} />;
  }

  it('keep the token a secret beside those that are there', async () => {
    render(<Edited start={given({ secureJsonData: { tlsCACert: 'kept' } })} />);
    await userEvent.type(screen.getByLabelText('Token'), 'mwt_x');
    expect(last.secureJsonData).toEqual({ tlsCACert: 'kept', apiToken: 'mwt_x' });
    expect(JSON.stringify(last.jsonData)).not.toContain('mwt_x');
  });

  it('show no token that is set, and forget it when it is reset', async () => {
    render(<Edited start={given({ secureJsonFields: { apiToken: true } })} />);
    await userEvent.click(screen.getByRole('button', { name: /reset/i }));
    expect([last.secureJsonFields.apiToken, last.secureJsonData?.apiToken]).toEqual([false, '']);
  });

  it('ask for certificates where they are wanted', async () => {
    render(<Edited start={given()} />);
    expect(screen.queryByLabelText('Certificate of the authority')).toBeNull();
    await userEvent.click(screen.getByLabelText('Own authority'));
    expect(last.jsonData).toEqual({ tlsAuthWithCACert: true });
    expect(screen.getByLabelText('Certificate of the authority')).toBeEnabled();
  });

  it('change nothing that was provisioned', () => {
    render(<Edited start={given({ readOnly: true, jsonData: { tlsAuthWithCACert: true, tlsAuth: true } })} />);
    const fields = [...screen.getAllByRole('textbox'), ...screen.getAllByRole('switch'), screen.getByLabelText('Token')];
    expect(fields.length).toBeGreaterThan(7);
    for (const field of fields) {
      expect(field).toBeDisabled();
    }
  });
});

describe('query editor', () => {
  beforeEach(() => void installRecordedExporter());

  it('shows the fields of the kind that is chosen, and runs it', async () => {
    const edited = editQuery({ refId: 'A' });
    expect(screen.queryByLabelText('Event')).toBeNull();
    await edited.choose('Query', /Events/);
    expect([edited.query(), edited.runs()]).toEqual([{ refId: 'A', queryType: 'events', schemaVersion: 2 }, 1]);
    expect(screen.getByLabelText('Event')).toBeInTheDocument();
  });

  it('offers the models that the exporter watches', async () => {
    const edited = editQuery({ refId: 'A', queryType: 'events' });
    await edited.choose('Model', 'prices');
    expect([edited.query().model, edited.runs()]).toEqual(['prices', 1]);
  });

  it('filters events by kind', async () => {
    const edited = editQuery({ refId: 'A', queryType: 'events' });
    await edited.choose('Event', 'Deploy');
    expect(edited.query().eventKind).toBe('deploy');
  });

  it('filters alerts by state', async () => {
    const edited = editQuery({ refId: 'A', queryType: 'alerts' });
    await edited.choose('State', 'Firing');
    expect([edited.query().alertState, edited.runs()]).toEqual(['firing', 1]);
  });

  it('chooses a part of what challengers tell, and offers a slice where that part has any', async () => {
    const edited = editQuery({ refId: 'A', queryType: 'shadow', model: 'flights-late' });
    expect(screen.queryByLabelText('Slice')).toBeNull();
    await edited.choose('Show', /Slices/);
    expect([edited.query().part, edited.runs()]).toEqual(['slices', 1]);
    await edited.choose('Slice', 'carrier');
    await edited.choose('Challenger', '2');
    expect(edited.query()).toMatchObject({ slice: 'carrier', challenger: '2' });
  });

  it.each(['explanations', 'calibration', 'groundTruth'])('%s: every part may be chosen by the keyboard', async (queryType) => {
    const edited = editQuery({ refId: 'A', queryType, model: 'flights-late' });
    screen.getByLabelText('Show').focus();
    await userEvent.keyboard('{ArrowDown}{ArrowDown}{Enter}');
    expect([typeof edited.query().part, edited.runs()]).toEqual(['string', 1]);
  });

  it('makes a query live, and leaves it out again, where changes of its kind are told', async () => {
    const edited = editQuery({ refId: 'A', queryType: 'models' });
    await userEvent.click(screen.getByLabelText('Live'));
    expect([edited.query().live, edited.runs()]).toEqual(['on', 1]);
    await userEvent.click(screen.getByLabelText('Live'));
    expect([edited.query().live, edited.runs()]).toEqual([undefined, 2]);
  });

  it('offers no live cost: no change of it is told', () => {
    editQuery({ refId: 'A', queryType: 'cost' });
    expect(screen.queryByLabelText('Live')).toBeNull();
    expect(screen.getByLabelText('Version')).toBeInTheDocument();
  });

  it('takes the name of an objective', async () => {
    const edited = editQuery({ refId: 'A', queryType: 'slo' });
    await userEvent.type(screen.getByLabelText('Objective'), 'latency{Enter}');
    expect([edited.query().slo, edited.runs()]).toEqual(['latency', 1]);
  });
});
