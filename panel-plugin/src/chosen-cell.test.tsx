import '@testing-library/jest-dom/jest-globals';
import { describe, expect, it } from '@jest/globals';
import { fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import { CellGrid } from './cell-grid';

const show = () =>
  render(
    <CellGrid
      summary="one cell"
      rows={['a']}
      columns={['b']}
      cells={[{ row: 0, column: 0, text: '1', description: () => 'a, b: 1' }]}
      width={600}
      height={300}
    />,
  );

describe('chosen cell', () => {
  it('gives way to the summary when the pointer leaves the picture and its line', () => {
    show();
    // With the related target, which user-event does not tell and React goes by.
    const move = (from: Element, to: Element) => {
      fireEvent.mouseOut(from, { relatedTarget: to });
      fireEvent.mouseOver(to, { relatedTarget: from });
    };
    const cell = screen.getByRole('img');
    const status = screen.getByRole('status');
    move(document.body, cell);
    fireEvent.mouseMove(cell, { clientX: 300, clientY: 100 });
    expect(status).toHaveTextContent('a, b: 1');
    move(cell, status);
    expect(status).toHaveTextContent('a, b: 1');
    move(status, document.body);
    expect(status).toHaveTextContent('one cell');
  });

  it('gives way to the summary on Escape, which goes further only when no cell is chosen', async () => {
    const heard: string[] = [];
    const listen = (event: KeyboardEvent) => heard.push(event.key);
    document.addEventListener('keydown', listen);
    show();
    await userEvent.tab();
    await userEvent.keyboard('{ArrowDown}');
    expect(screen.getByRole('status')).toHaveTextContent('a, b: 1');
    await userEvent.keyboard('{Escape}');
    expect(screen.getByRole('status')).toHaveTextContent('one cell');
    expect(heard).not.toContain('Escape');
    await userEvent.keyboard('{Escape}');
    expect(heard).toContain('Escape');
    document.removeEventListener('keydown', listen);
  });
});
