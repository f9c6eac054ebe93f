import '@testing-library/jest-dom/jest-globals';
import { describe, expect, it } from '@jest/globals';
import { createTheme, LoadingState } from '@grafana/data';
import { bind } from '../bound-frame';
import { VIEWS } from '../views';
import { GALLERY } from './cases';

describe('gallery', () => {
  it('shows every view in every state, each once', () => {
    const names = GALLERY.map(({ view, name }) => `${view}/${name}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { name: view } of VIEWS) {
      expect(GALLERY.filter((each) => each.view === view && each.options.view === view).map(({ name }) => name)).toEqual([
        'usual',
        'empty',
        'loading',
        'insufficient',
        'error',
        'many',
        'hostile',
        'long',
      ]);
    }
  });

  it('gives frames that meet the needs of their view, and no rows where it is empty', () => {
    for (const { view, name, frames, state, error } of GALLERY) {
      const needs = VIEWS.find((each) => each.name === view)?.needs ?? [];
      const binding = bind(frames(), needs);
      if (name === 'loading' || name === 'error') {
        expect([frames(), state]).toEqual([[], name === 'error' ? LoadingState.Error : LoadingState.Loading]);
        expect(error !== undefined).toBe(name === 'error');
        continue;
      }
      if (binding.kind === 'missing') {
        throw new Error(`${view}/${name}: ${binding.message}`);
      }
      expect(binding.bound.frame.length === 0).toBe(name === 'empty');
    }
  });

  it('colours by the theme that it is given', () => {
    const insufficient = GALLERY.find(({ view, name }) => view === 'registry-board' && name === 'insufficient');
    const colorIn = (mode: 'light' | 'dark') => {
      const health = insufficient?.frames(createTheme({ colors: { mode } }))[0]?.fields.find(({ name }) => name === 'health');
      return health?.display?.('insufficient_data').color;
    };
    expect(colorIn('light')).toMatch(/^#/);
    expect(colorIn('light')).not.toBe(colorIn('dark'));
  });
});
