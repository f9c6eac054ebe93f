import '@testing-library/jest-dom/jest-globals';
import { describe, expect, it } from '@jest/globals';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { showPanel } from '../testing/show-view';
import { viewNamed } from '../views';
import { GALLERY } from './cases';

const SIZES = [
  [200, 120],
  [600, 300],
  [1200, 800],
] as const;

const MESSAGES: Readonly<Record<string, RegExp>> = {
  empty: /the query answered with no rows\./,
  loading: /: loading\./,
  error: /the query failed: Authentication to data source failed/,
};

const drawn = GALLERY.filter(({ name }) => !(name in MESSAGES));

describe.each(GALLERY.filter(({ name }) => name in MESSAGES))('$view, $name', ({ view, name, frames, options, state, error }) => {
  it('says in words what it waits for or what went wrong', () => {
    showPanel(options, { data: { series: frames(), state, errors: error && [error] } });
    expect(document.body).toHaveTextContent(viewNamed(view)?.label ?? 'no view');
    expect(document.body).toHaveTextContent(MESSAGES[name] ?? /never/);
  });
});

describe.each(drawn)('$view, $name', ({ frames, options, state }) => {
  it.each(SIZES)('is drawn at %i x %i with numbers in every attribute and a summary', (width, height) => {
    const { container } = showPanel(options, { width, height, data: { series: frames(), state } });
    const pictures = screen.queryAllByRole('img');
    const named = pictures.length > 0 ? pictures : screen.getAllByRole('region');
    expect(named[0]).toHaveAccessibleName(/\w/);
    expect(container.innerHTML).not.toMatch(/="[^"]*\b(NaN|Infinity|undefined)\b[^"]*"(?=[^<]*>)/);
    for (const rectangle of container.querySelectorAll('rect')) {
      expect(Number(rectangle.getAttribute('width'))).toBeGreaterThanOrEqual(0);
      expect(Number(rectangle.getAttribute('height'))).toBeGreaterThanOrEqual(0);
    }
  });

  it('takes names as text alone, and its links lead to no script', () => {
    const { container } = showPanel(options, { data: { series: frames(), state } });
    expect(container.querySelectorAll('script, img, iframe, [onerror]')).toHaveLength(0);
    for (const link of container.querySelectorAll('a')) {
      expect(link.getAttribute('href')).not.toMatch(/^\s*javascript:/i);
    }
  });

  it('is read as a table by whoever asks for it', async () => {
    showPanel(options, { data: { series: frames(), state } });
    await userEvent.click(screen.getByRole('button', { name: 'Show as table' }));
    expect(screen.getByRole('table')).toHaveAccessibleName(/\w/);
    expect(screen.getAllByRole('row').length).toBeGreaterThan(1);
    await userEvent.click(screen.getByRole('button', { name: 'Show as picture' }));
    expect(screen.queryByRole('table')).not.toBeInTheDocument();
  });
});
