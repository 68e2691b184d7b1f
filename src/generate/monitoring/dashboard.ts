/** The dashboard of a policy as Cloud Monitoring has it: the same panels as in Grafana's. */
import { keyText, type Policy } from '../../policy/policy.ts';
import type { Panel, PanelQuery } from '../panels/panel.ts';
import { panelsOf } from '../panels/panels.ts';

const columns = 48;

export function monitoringDashboardOf(policy: Policy) {
  return {
    displayName: `${policy.service.name}: error budget and rollouts (${keyText(policy.key)})`,
    labels: { steadyrun: '' },
    mosaicLayout: { columns, tiles: tiles(policy) },
  };
}

function tiles(policy: Policy): object[] {
  const placed: object[] = [];
  let yPos = 0;
  for (const { title, panels } of panelsOf(policy)) {
    placed.push({ xPos: 0, yPos, width: columns, height: 4, widget: { title, sectionHeader: { dividerBelow: true } } });
    yPos += 4;
    const widgets = panels.flatMap(widgetsOf);
    const width = widgets.length === 1 ? columns : columns / 2;
    for (const [i, widget] of widgets.entries()) {
      const xPos = (i * width) % columns;
      placed.push({ xPos, yPos, width, height: 16, widget });
      if (xPos + width === columns || i === widgets.length - 1) yPos += 16;
    }
  }
  return placed;
}

/** A figure shows one value: one for each query. */
const widgetsOf = (panel: Panel): object[] =>
  panel.form === 'Graph' ? [graph(panel)] : panel.queries.map((query) => figure(panel, query));

const figure = ({ title, limit }: Panel, query: PanelQuery) => ({
  title: 'text' in query.legend ? `${title}: ${query.legend.text}` : title,
  scorecard: {
    timeSeriesQuery: { prometheusQuery: query.expr, unitOverride: '10^2.%' },
    thresholds:
      limit === null
        ? []
        : [
            { value: limit, color: 'RED', direction: 'BELOW' },
            { value: limit + 0.25, color: 'YELLOW', direction: 'BELOW' },
          ],
  },
});

const units: Readonly<Record<Panel['unit'], string>> = {
  Fraction: '10^2.%',
  Times: '1',
  PerSecond: '1/s',
  Seconds: 's',
  Milliseconds: 'ms',
  Count: '1',
  Percent: '%',
};

const graph = ({ title, queries, unit, limit }: Panel) => ({
  title,
  xyChart: {
    dataSets: queries.map(({ expr, legend }) => ({
      timeSeriesQuery: { prometheusQuery: expr, unitOverride: units[unit] },
      plotType: 'LINE',
      targetAxis: 'Y1',
      legendTemplate: 'text' in legend ? legend.text : `\${${legend.label}}`,
    })),
    thresholds: limit === null ? [] : [{ value: limit, label: 'limit', targetAxis: 'Y1' }],
    yAxis: { scale: 'LINEAR' },
  },
});
