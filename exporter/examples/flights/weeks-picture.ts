import type { Reading } from '@modelwatch/core';
import { QUALITIES, type QualityName, type Week } from './quality-by-week.js';

const WIDTH = 960;
const PANEL_HEIGHT = 220;
const MARGIN = { left: 64, right: 24, top: 64, between: 56, bottom: 48 } as const;
const COLOURS = { text: '#24292f', grid: '#d0d7de', estimated: '#bc4c00', realised: '#0969da' } as const;
const TITLES: Readonly<Record<QualityName, string>> = { auc: 'AUC', accuracy: 'Accuracy' };
/** The same step in both panels, so that a distance in one is the same distance in the other. */
const RANGE = { auc: [0.72, 1], accuracy: [0.72, 1] } as const;
const TICK = 0.05;

/** Estimated and realised quality by week as SVG: the estimate as a line with gaps, what came true as points with their interval. */
export function weeksPicture(weeks: readonly Week[]): string {
  const height = MARGIN.top + QUALITIES.length * PANEL_HEIGHT + (QUALITIES.length - 1) * MARGIN.between + MARGIN.bottom;
  const panels = QUALITIES.map((name, i) => panel(weeks, name, MARGIN.top + i * (PANEL_HEIGHT + MARGIN.between)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title" font-family="sans-serif" font-size="13" fill="${COLOURS.text}">`,
    '  <title id="title">Estimated and realised AUC and accuracy of the flights champion by week, April to December 2013</title>',
    `  <rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...legend(),
    ...panels.flat(),
    '</svg>',
    '',
  ].join('\n');
}

function legend(): string[] {
  const [y, from] = [26, MARGIN.left];
  return [
    `  <path d="M${from} ${y - 4}h28" stroke="${COLOURS.estimated}" stroke-width="2.5"/>`,
    `  <text x="${from + 36}" y="${y}">estimated before ground truth (CBPE)</text>`,
    `  <path d="M${from + 314} ${y - 14}v20" stroke="${COLOURS.realised}"/><circle cx="${from + 314}" cy="${y - 4}" r="3.5" fill="${COLOURS.realised}"/>`,
    `  <text x="${from + 326}" y="${y}">realised, with its 95 % interval; a gap is a week of too few late flights</text>`,
  ];
}

function panel(weeks: readonly Week[], name: QualityName, top: number): string[] {
  const [low, high] = RANGE[name];
  const y = (value: number) => round(top + (PANEL_HEIGHT * (high - value)) / (high - low));
  const x = (week: number) => round(MARGIN.left + ((WIDTH - MARGIN.left - MARGIN.right) * (week + 0.5)) / weeks.length);
  const ticks = Array.from({ length: Math.floor((high - low) / TICK + 1e-9) + 1 }, (_, i) => high - i * TICK);
  const bottom = top + PANEL_HEIGHT;
  return [
    `  <text x="${MARGIN.left}" y="${top - 12}" font-weight="bold">${TITLES[name]}</text>`,
    ...ticks.map(
      (value) =>
        `  <path d="M${MARGIN.left} ${y(value)}H${WIDTH - MARGIN.right}" stroke="${COLOURS.grid}"/><text x="${MARGIN.left - 8}" y="${y(value) + 4}" text-anchor="end">${value.toFixed(2)}</text>`,
    ),
    ...monthTicks(weeks).map(
      ([month, week]) =>
        `  <path d="M${x(week)} ${bottom}v6" stroke="${COLOURS.text}"/><text x="${x(week)}" y="${bottom + 22}" text-anchor="middle">${month}</text>`,
    ),
    `  <path d="${line(weeks.map(({ estimated }) => estimated[name]), x, y)}" fill="none" stroke="${COLOURS.estimated}" stroke-width="2.5" stroke-linejoin="round" stroke-linecap="round"/>`,
    ...weeks.flatMap(({ estimated: { [name]: reading } }, week) =>
      reading.kind === 'measured' ? [`  <circle cx="${x(week)}" cy="${y(reading.value)}" r="2.5" fill="${COLOURS.estimated}"/>`] : [],
    ),
    ...weeks.flatMap(({ realised }, week) => {
      const reading = realised[name];
      if (reading.kind === 'undetermined') return [];
      return [
        `  <path d="M${x(week)} ${y(reading.upper)}V${y(reading.lower)}" stroke="${COLOURS.realised}"/><circle cx="${x(week)}" cy="${y(reading.value)}" r="3.5" fill="${COLOURS.realised}"/>`,
      ];
    }),
  ];
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The first week that begins in each month. */
function monthTicks(weeks: readonly Week[]): readonly (readonly [month: string, week: number])[] {
  return weeks.flatMap(({ monday }, i) => {
    const month = monday.slice(5, 7);
    return month === weeks[i - 1]?.monday.slice(5, 7) ? [] : [[MONTHS[Number(month) - 1]!, i] as const];
  });
}

/** A path through the measured weeks, broken where one is not. */
function line(readings: readonly Reading[], x: (week: number) => number, y: (value: number) => number): string {
  let path = '';
  let isDrawing = false;
  for (const [week, reading] of readings.entries()) {
    if (reading.kind === 'measured') path += `${isDrawing ? 'L' : 'M'}${x(week)} ${y(reading.value)}`;
    isDrawing = reading.kind === 'measured';
  }
  return path;
}

const round = (value: number) => Math.round(value * 10) / 10;
