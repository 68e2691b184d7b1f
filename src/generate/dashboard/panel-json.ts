/** A panel as Grafana holds it. */
import type { Panel, PanelQuery, PanelUnit } from '../panels/panel.ts';

/** What the variable of the dashboard chooses. */
export const datasource = { type: 'prometheus', uid: '$datasource' } as const;

interface GridPos {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export function panelJson(panel: Panel, id: number, gridPos: GridPos): object {
  const isFigure = panel.form === 'Figure';
  return {
    type: isFigure ? 'stat' : 'timeseries',
    id,
    title: panel.title,
    description: panel.description,
    datasource,
    gridPos,
    targets: panel.queries.map((query, i) => target(query, i, isFigure)),
    fieldConfig: { defaults: isFigure ? figureField(panel) : graphField(panel), overrides: [] },
    options: isFigure ? figureOptions : graphOptions,
  };
}

const target = ({ expr, legend }: PanelQuery, i: number, instant: boolean) => ({
  refId: refId(i),
  datasource,
  editorMode: 'code',
  expr,
  instant,
  range: !instant,
  legendFormat: 'text' in legend ? legend.text : `{{${legend.label}}}`,
});

/** A … Z, then A1 …: a policy may have more promises than there are letters. */
const refId = (i: number): string => `${String.fromCharCode(65 + (i % 26))}${i < 26 ? '' : Math.floor(i / 26)}`;

const units: Readonly<Record<PanelUnit, string>> = {
  Fraction: 'percentunit',
  Times: 'suffix:×',
  PerSecond: 'reqps',
  Seconds: 's',
  Milliseconds: 'ms',
  Count: 'short',
  Percent: 'percent',
};

/** Red below the limit, and yellow while a quarter is left. */
const figureField = ({ unit, limit }: Panel) => ({
  unit: units[unit],
  color: { mode: 'thresholds' },
  noValue: 'no traffic',
  thresholds: {
    mode: 'absolute',
    steps: [
      { color: 'red', value: null },
      ...(limit === null
        ? []
        : [
            { color: 'orange', value: limit },
            { color: 'green', value: limit + 0.25 },
          ]),
    ],
  },
});

const graphField = ({ unit, limit }: Panel) => ({
  unit: units[unit],
  min: 0,
  color: { mode: 'palette-classic' },
  thresholds: {
    mode: 'absolute',
    steps: [{ color: 'transparent', value: null }, ...(limit === null ? [] : [{ color: 'red', value: limit }])],
  },
  custom: {
    drawStyle: 'line',
    lineWidth: 1,
    fillOpacity: 5,
    showPoints: 'never',
    spanNulls: false,
    thresholdsStyle: { mode: limit === null ? 'off' : 'dashed' },
  },
});

const reduceOptions = { calcs: ['lastNotNull'], fields: '', values: false };

const figureOptions = {
  reduceOptions,
  colorMode: 'value',
  graphMode: 'none',
  justifyMode: 'auto',
  orientation: 'auto',
  textMode: 'value_and_name',
  wideLayout: true,
  showPercentChange: false,
  percentChangeColorMode: 'standard',
};

const graphOptions = {
  legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
  tooltip: { mode: 'multi', sort: 'desc' },
};
