import { GrafanaTheme2 } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import React, { MouseEvent, useMemo } from 'react';
import { Picture, READOUT_STEPS, useChosenCell } from '../chosen-cell';
import { counted } from '../counted';
import { hasLegendRoom, Legend, LEGEND_STEPS } from '../legend';
import { shorten } from '../shorten';
import { Budget, Burn, ErrorBudgets, errorBudgets, NEEDS } from './error-budget-model';
import { View, ViewProps } from './view';

const ROW_HEIGHT_MIN = 20;
const ROW_HEIGHT_MAX = 64;
const LETTER_WIDTH = 7;
const BURNS_WIDTH_MIN = 420;
const FORECAST_WIDTH_MIN = 320;
const NAME_WIDTH_MIN = 180;
const WINDOW_WIDTH_MIN = 64;
/** What the number of a burn rate needs, sign included; the bar beside it gets the rest. */
const RATE_WIDTH = 56;
const GAUGE_WIDTH_MIN = 24;
const WINDOW_WIDTH_MAX = RATE_WIDTH + 64;
const BUDGET_WIDTH_MIN = 110;
/** From this height on number and bar have room one above the other. */
const STACKED_HEIGHT_MIN = 32;

interface Layout {
  readonly nameWidth: number;
  readonly budgetWidth: number;
  readonly forecastWidth: number;
  readonly windowWidth: number;
  /** How many windows have room. */
  readonly windowCount: number;
}

/** The bar of the budget always; name, forecast and windows as there is room for them. */
function layoutOf(width: number, windowCount: number, nameLetters: number): Layout {
  const nameWidth = width < NAME_WIDTH_MIN ? 0 : Math.min(width * 0.28, Math.max(60, (nameLetters + 2) * LETTER_WIDTH));
  const forecastWidth = width < FORECAST_WIDTH_MIN ? 0 : Math.min(128, width * 0.2);
  const rest = width - nameWidth - forecastWidth;
  const burnsWidth =
    width < BURNS_WIDTH_MIN ? 0 : Math.max(0, Math.min(windowCount * WINDOW_WIDTH_MAX, rest * 0.65, rest - BUDGET_WIDTH_MIN));
  const drawn = Math.min(windowCount, Math.floor(burnsWidth / WINDOW_WIDTH_MIN));
  return {
    nameWidth,
    forecastWidth,
    windowCount: drawn,
    windowWidth: drawn === 0 ? 0 : burnsWidth / drawn,
    budgetWidth: Math.max(1, width - nameWidth - forecastWidth - (drawn === 0 ? 0 : burnsWidth)),
  };
}

function summaryOf({ budgets, spentCount, beyondCount, insufficientCount, leftOutCount }: ErrorBudgets, drawnCount: number): string {
  const undrawnCount = leftOutCount + budgets.length - drawnCount;
  return [
    `${counted(budgets.length + leftOutCount, 'error budget')}, the least left first: ${spentCount} spent`,
    `${beyondCount} burning beyond a bar`,
    ...(insufficientCount > 0 ? [`${insufficientCount} with insufficient data`] : []),
    ...(undrawnCount > 0 ? [`${undrawnCount} not drawn`] : []),
  ].join(', ');
}

const budgetColor = (theme: GrafanaTheme2, { color, left }: Budget) =>
  color ?? theme.visualization.getColorByName(left !== undefined && left <= 0 ? 'red' : 'green');

/** Rates differ a thousandfold; the logarithm lets a bar of 1 and one of 14.4 both be seen. */
const burnPart = (rate: number) => Math.min(1, Math.log1p(rate) / Math.log1p(30));

/** Where the bar of a rate is drawn: beside its number, or else below it; without room for either the number says as much by its sign. */
function gaugeOf(width: number, height: number) {
  if (width - RATE_WIDTH >= GAUGE_WIDTH_MIN) {
    return { x: RATE_WIDTH, y: height * 0.2, width: width - RATE_WIDTH, height: height * 0.6, textY: height / 2, textWidth: RATE_WIDTH };
  }
  return height >= STACKED_HEIGHT_MIN
    ? { x: 0, y: height * 0.6, width, height: height * 0.22, textY: height * 0.34, textWidth: width }
    : undefined;
}

function BurnCell({
  burn,
  x,
  width,
  height,
}: {
  readonly burn?: Burn;
  readonly x: number;
  readonly width: number;
  readonly height: number;
}) {
  const theme = useTheme2();
  if (!burn) {
    return null;
  }
  const color = theme.visualization.getColorByName(burn.beyond ? 'red' : 'blue');
  const textColor = burn.beyond
    ? theme.colors.error.text
    : burn.rate === undefined
      ? theme.colors.text.secondary
      : theme.colors.text.primary;
  const gauge = burn.rate === undefined ? undefined : gaugeOf(width - theme.spacing.gridSize, height);
  return (
    <g transform={`translate(${x} 0)`} data-testid={burn.beyond ? 'beyond' : 'within'}>
      {gauge && (
        <g transform={`translate(${gauge.x} ${gauge.y})`}>
          <rect width={gauge.width} height={gauge.height} fill={theme.colors.background.secondary} />
          <rect width={burnPart(burn.rate ?? 0) * gauge.width} height={gauge.height} fill={color} fillOpacity={0.6} />
          {burn.bar !== undefined && (
            <path
              data-testid="bar"
              d={`M${burnPart(burn.bar) * gauge.width} -2V${gauge.height + 2}`}
              stroke={theme.colors.text.primary}
              strokeWidth={2}
            />
          )}
        </g>
      )}
      <text y={gauge?.textY ?? height / 2} dominantBaseline="central" fill={textColor} fontWeight={burn.beyond ? 700 : 400}>
        {shorten(burn.beyond ? `▲ ${burn.text}` : burn.text, Math.floor((gauge?.textWidth ?? width) / LETTER_WIDTH))}
      </text>
    </g>
  );
}

function BudgetRow({ budget, layout, height, chosen }: { budget: Budget; layout: Layout; height: number; chosen: boolean }) {
  const theme = useTheme2();
  const room = layout.budgetWidth - theme.spacing.gridSize;
  const part = Math.min(1, Math.max(0, budget.left ?? 0));
  const after = layout.nameWidth + layout.budgetWidth;
  return (
    <>
      <rect
        width={after + layout.windowCount * layout.windowWidth + layout.forecastWidth}
        height={height}
        fill={chosen ? theme.colors.action.hover : theme.colors.background.primary}
      />
      {layout.nameWidth > 0 && (
        <text y={height / 2} dominantBaseline="central">
          {shorten(budget.title, Math.floor(layout.nameWidth / LETTER_WIDTH))}
        </text>
      )}
      <g transform={`translate(${layout.nameWidth} 0)`} data-testid={budget.left === undefined ? 'insufficient' : 'budget'}>
        <rect
          y={height * 0.2}
          width={room}
          height={height * 0.6}
          fill={theme.colors.background.secondary}
          stroke={theme.colors.border.medium}
          strokeDasharray={budget.left === undefined ? '4 3' : undefined}
        />
        <rect y={height * 0.2} width={part * room} height={height * 0.6} fill={budgetColor(theme, budget)} fillOpacity={0.6} />
        <text x={4} y={height / 2} dominantBaseline="central" fontWeight={budget.left !== undefined && budget.left <= 0 ? 700 : 400}>
          {shorten(budget.leftText, Math.floor(room / LETTER_WIDTH))}
        </text>
      </g>
      {budget.burns.slice(0, layout.windowCount).map((burn, index) => (
        <BurnCell key={index} burn={burn} x={after + index * layout.windowWidth} width={layout.windowWidth} height={height} />
      ))}
      {layout.forecastWidth > 0 && (
        <text x={after + layout.windowCount * layout.windowWidth} y={height / 2} dominantBaseline="central">
          {shorten(budget.forecast, Math.floor(layout.forecastWidth / LETTER_WIDTH))}
        </text>
      )}
    </>
  );
}

/** What the columns hold, above the first row. */
function Head({ windows, layout, at }: { readonly windows: readonly string[]; readonly layout: Layout; readonly at: number }) {
  const theme = useTheme2();
  const after = layout.nameWidth + layout.budgetWidth;
  return (
    <g aria-hidden fill={theme.colors.text.secondary}>
      <text x={layout.nameWidth} y={at}>
        {shorten('budget left', Math.floor(layout.budgetWidth / LETTER_WIDTH))}
      </text>
      {windows.slice(0, layout.windowCount).map((window, index) => (
        <text key={window} x={after + index * layout.windowWidth} y={at}>
          {shorten(`burn ${window}`, Math.floor(layout.windowWidth / LETTER_WIDTH))}
        </text>
      ))}
      {layout.forecastWidth > 0 && (
        <text x={after + layout.windowCount * layout.windowWidth} y={at}>
          exhausted
        </text>
      )}
    </g>
  );
}

function ErrorBudgetView({ bound, width, height }: ViewProps) {
  const theme = useTheme2();
  const model = useMemo(() => errorBudgets(bound), [bound]);
  const grid = theme.spacing.gridSize;
  const legendRoom = hasLegendRoom(width, height);
  const pictureHeight = Math.max(0, height - grid * (READOUT_STEPS + (legendRoom ? LEGEND_STEPS : 0)));
  const headHeight = pictureHeight < 80 ? 0 : grid * 2.5;
  const rowsMax = Math.max(1, Math.floor((pictureHeight - headHeight) / ROW_HEIGHT_MIN));
  const drawn = model.budgets.slice(0, rowsMax);
  const rowHeight = Math.min(ROW_HEIGHT_MAX, Math.max(ROW_HEIGHT_MIN, (pictureHeight - headHeight) / Math.max(1, drawn.length)));
  const { chosen, choose, reset, onKeyDown } = useChosenCell(drawn.length, 1);
  const current = chosen && drawn[chosen[0]];
  const nameLetters = Math.max(0, ...drawn.map(({ title }) => title.length));
  const layout = layoutOf(width, model.windows.length, nameLetters);
  const summary = summaryOf(model, drawn.length);
  const onMove = ({ clientY, currentTarget }: MouseEvent<SVGSVGElement>) => {
    const row = Math.floor((clientY - currentTarget.getBoundingClientRect().top - headHeight) / rowHeight);
    if (row >= 0 && row < drawn.length) {
      choose(row, 0);
    } else {
      reset();
    }
  };
  return (
    <div>
      {legendRoom && bound.fields.has('bar') && (
        <Legend
          items={[
            { label: 'bar of the window', mark: <path d="M8 1V15" stroke={theme.colors.text.primary} strokeWidth={2} /> },
            { label: 'burning beyond it', mark: <path d="M8 2L14 14H2Z" fill={theme.visualization.getColorByName('red')} /> },
          ]}
        />
      )}
      <Picture
        summary={summary}
        width={width}
        height={pictureHeight}
        onMove={onMove}
        onKeyDown={onKeyDown}
        onLeave={reset}
        readout={current?.description ?? summary}
        links={current?.links()}
        tip={
          current && {
            x: layout.nameWidth + layout.budgetWidth / 2,
            y: headHeight + ((chosen?.[0] ?? 0) + 1) * rowHeight,
            title: current.title,
            details: current.details,
          }
        }
      >
        {headHeight > 0 && <Head windows={model.windows} layout={layout} at={headHeight * 0.7} />}
        {drawn.map((budget, index) => (
          <g key={index} transform={`translate(0 ${headHeight + index * rowHeight})`}>
            <BudgetRow budget={budget} layout={layout} height={rowHeight} chosen={budget === current} />
          </g>
        ))}
      </Picture>
    </div>
  );
}

export const errorBudgetView: View = {
  name: 'error-budget',
  label: 'Error budget',
  description: 'Error budget left, burn rate by window against its bar, and when the budget will be spent',
  needs: NEEDS,
  Component: ErrorBudgetView,
};
