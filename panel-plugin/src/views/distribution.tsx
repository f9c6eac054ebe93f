import { useTheme2 } from '@grafana/ui';
import React, { MouseEvent, useMemo } from 'react';
import { LeftAxis } from '../axis';
import { linearScale, ticksOf } from '../axis-scale';
import { Picture, READOUT_STEPS, useChosenCell } from '../chosen-cell';
import { counted } from '../counted';
import { hasLegendRoom, Legend, LEGEND_STEPS } from '../legend';
import { COUNT_MIN_DEFAULT } from '../options';
import { shorten } from '../shorten';
import { distribution, Distribution, DistributionBin, NEEDS } from './distribution-model';
import { View, ViewProps } from './view';

/** What the contributions below the labels need. */
const CONTRIBUTION_WIDTH_MIN = 40;
/** The missing and the unseen share their label with nobody. */
const SPECIAL_WIDTH_MIN = 36;
/** A longer label is cut, so that few long ones do not push the others away. */
const LABEL_LETTERS_MAX = 14;
const LABELS_HEIGHT_MIN = 120;
const AXIS_WIDTH_MIN = 320;
const TICK_HEIGHT = 40;
const LETTER_WIDTH = 6;
const PALE = 0.3;

function summaryOf({ bins, referenceCount, currentCount, insufficient, leftOutCount }: Distribution): string {
  const note = insufficient ? `; ${insufficient}` : '';
  const leftOut = leftOutCount > 0 ? `; ${counted(leftOutCount, 'bin')} left out` : '';
  return `${counted(bins.length, 'bin')}, dashed outline: reference (n=${referenceCount}), filled: current (n=${currentCount})${note}${leftOut}`;
}

interface BinProps {
  readonly bin: DistributionBin;
  readonly step: number;
  readonly plotTop: number;
  readonly plotBottom: number;
  readonly bar: (share: number) => number;
  readonly insufficient: boolean;
  /** How wide its label may be; 0 where its neighbour's stands in its place. */
  readonly labelWidth: number;
  readonly chosen: boolean;
}

function Bin({ bin, step, plotTop, plotBottom, bar, insufficient, labelWidth, chosen }: BinProps) {
  const theme = useTheme2();
  const added = insufficient || bin.contribution === undefined ? '' : `+${bin.contribution}`;
  return (
    <>
      {chosen && <rect y={plotTop} width={step} height={plotBottom - plotTop} fill={theme.colors.action.hover} />}
      <rect
        x={step * 0.15}
        y={plotBottom - bar(bin.currentShare)}
        width={step * 0.7}
        height={bar(bin.currentShare)}
        fill={theme.visualization.getColorByName('blue')}
        // What is too little to compare is drawn pale, and the line below says why.
        fillOpacity={insufficient ? PALE : 0.8}
      />
      <rect
        x={step * 0.1}
        y={plotBottom - bar(bin.referenceShare)}
        width={step * 0.8}
        height={bar(bin.referenceShare)}
        fill="none"
        stroke={theme.colors.text.primary}
        strokeDasharray="4 2"
      />
      {labelWidth > 0 &&
        [bin.label, step >= CONTRIBUTION_WIDTH_MIN ? added : ''].map((text, line) => (
          <text
            key={line}
            x={step / 2}
            y={plotBottom + theme.spacing.gridSize * 2 * (line + 1)}
            textAnchor="middle"
            fontStyle={bin.special && line === 0 ? 'italic' : 'normal'}
            fill={line === 0 ? theme.colors.text.primary : theme.colors.text.secondary}
          >
            {shorten(text, Math.floor(labelWidth / LETTER_WIDTH))}
          </text>
        ))}
    </>
  );
}

function DistributionView({ bound, options, width, height }: ViewProps) {
  const theme = useTheme2();
  const countMin = options.distribution?.countMin ?? COUNT_MIN_DEFAULT;
  const model = useMemo(() => distribution(bound, { countMin }), [bound, countMin]);
  const { chosen, choose, reset, onKeyDown } = useChosenCell(1, model.bins.length);
  const current = chosen && model.bins[chosen[1]];
  const grid = theme.spacing.gridSize;
  const legendRoom = hasLegendRoom(width, height);
  const pictureHeight = Math.max(0, height - grid * (READOUT_STEPS + (legendRoom ? LEGEND_STEPS : 0)));
  const left = width < AXIS_WIDTH_MIN ? 0 : grid * 6;
  const step = (width - left) / model.bins.length;
  const labelled = left > 0 && pictureHeight >= LABELS_HEIGHT_MIN;
  // Where labels are wider than bins, as many bins as need be share one.
  const lettersMax = Math.min(
    LABEL_LETTERS_MAX,
    Math.max(0, ...model.bins.filter(({ special }) => !special).map(({ label }) => label.length)),
  );
  const labelEvery = Math.max(1, Math.ceil(((lettersMax + 1) * LETTER_WIDTH) / step));
  const labelWidthOf = ({ special }: DistributionBin, index: number) => {
    if (!labelled || (special ? step < SPECIAL_WIDTH_MIN : index % labelEvery !== 0)) {
      return 0;
    }
    return special ? step : step * labelEvery;
  };
  const plotTop = left > 0 ? grid * 2 : 0;
  const plotBottom = Math.max(plotTop, pictureHeight - (labelled ? grid * 5 : grid));
  const bar = linearScale([0, model.shareMax], [0, plotBottom - plotTop]);
  const insufficient = model.insufficient !== undefined;
  const summary = summaryOf(model);
  const ticks = ticksOf(0, model.shareMax, Math.max(1, Math.floor((plotBottom - plotTop) / TICK_HEIGHT)));
  const onMove = ({ clientX, currentTarget }: MouseEvent<SVGSVGElement>) => {
    const column = Math.floor((clientX - currentTarget.getBoundingClientRect().left - left) / step);
    if (column >= 0 && column < model.bins.length) {
      choose(0, column);
    } else {
      reset();
    }
  };
  return (
    <div>
      {legendRoom && (
        <Legend
          items={[
            {
              label: 'current',
              mark: (
                <rect
                  y={2}
                  width={16}
                  height={12}
                  fill={theme.visualization.getColorByName('blue')}
                  fillOpacity={insufficient ? PALE : 0.8}
                />
              ),
            },
            {
              label: 'reference',
              mark: <rect x={1} y={2} width={14} height={12} fill="none" stroke={theme.colors.text.primary} strokeDasharray="4 2" />,
            },
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
            x: left + ((chosen?.[1] ?? 0) + 0.5) * step,
            y: plotBottom - bar(Math.max(current.currentShare, current.referenceShare)),
            title: current.label,
            details: current.details,
          }
        }
      >
        {left > 0 && (
          <LeftAxis
            ticks={ticks.map((at) => ({ at, text: `${Number((at * 100).toPrecision(6))}%` }))}
            scale={(share) => plotBottom - bar(share)}
            at={left}
            reach={width - left}
            label="share"
          />
        )}
        {model.bins.map((bin, index) => (
          <g key={index} data-testid="bin" transform={`translate(${left + index * step} 0)`}>
            <Bin
              bin={bin}
              step={step}
              plotTop={plotTop}
              plotBottom={plotBottom}
              bar={bar}
              insufficient={insufficient}
              labelWidth={labelWidthOf(bin, index)}
              chosen={bin === current}
            />
          </g>
        ))}
      </Picture>
    </div>
  );
}

export const distributionView: View = {
  name: 'distribution',
  label: 'Distribution',
  description: 'Reference and current by bin, with the missing, the unseen and what each adds to PSI',
  needs: NEEDS,
  addOptions: (builder) => {
    builder.addNumberInput({
      path: 'distribution.countMin',
      name: 'Compare from count',
      description: 'With fewer on either side the bars are pale and no contribution to PSI is written',
      defaultValue: COUNT_MIN_DEFAULT,
      settings: { min: 1, integer: true },
      showIf: ({ view }) => view === 'distribution',
    });
  },
  Component: DistributionView,
};
