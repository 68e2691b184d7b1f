/**
 * A Grafana dashboard of a policy, as it is imported or provisioned. The data source is a variable, colours are Grafana's own,
 * which suit its light and dark themes, and the uid stays the same so that a new one replaces the old. Pure.
 */
import { keyText, type Policy } from '../../policy/policy.ts';
import { decisionsExpr } from '../panels/operation.ts';
import { panelsOf } from '../panels/panels.ts';
import { stableId } from '../stable-id.ts';
import { datasource, panelJson } from './panel-json.ts';

/** One document for one policy, a list of them for several. */
export function dashboardText(policies: readonly Policy[]): string {
  const dashboards = policies.map(dashboardOf);
  return `${JSON.stringify(dashboards.length === 1 ? dashboards[0] : dashboards, null, 2)}\n`;
}

const schemaVersion = 42;

export function dashboardOf(policy: Policy) {
  const { key, service } = policy;
  return {
    uid: stableId('dashboard', keyText(key)),
    title: `${service.name}: error budget and rollouts (${keyText(key)})`,
    description: `Cloud Run service ${service.name} in ${service.region}, project ${service.project}. Generated from the SLOPolicy ${keyText(key)}; an edit is lost when it is generated anew.`,
    tags: ['steadyrun', 'slo'],
    timezone: 'browser',
    editable: true,
    graphTooltip: 1,
    time: { from: 'now-6h', to: 'now' },
    refresh: '1m',
    schemaVersion,
    templating: { list: [datasourceVariable] },
    annotations: { list: [decisions(policy)] },
    panels: laidOut(policy),
    links: linksOf(policy),
  };
}

const datasourceVariable = {
  type: 'datasource',
  name: 'datasource',
  label: 'Data source',
  query: 'prometheus',
  multi: false,
  includeAll: false,
  options: [],
  regex: '',
  refresh: 1,
  hide: 0,
};

const decisions = (policy: Policy) => ({
  name: 'Decisions of Steadyrun',
  datasource,
  enable: true,
  hide: false,
  iconColor: 'blue',
  expr: decisionsExpr(policy),
  step: '60s',
  titleFormat: '{{action}}',
  textFormat: '{{reason}}',
  tagKeys: 'action,reason',
  useValueForTime: false,
});

const linksOf = ({ generate }: Policy) =>
  generate.runbookUrl === null
    ? []
    : [
        {
          title: 'Runbook',
          type: 'link',
          url: generate.runbookUrl,
          icon: 'doc',
          tooltip: 'What to do when an alert fires',
          tags: [],
          targetBlank: true,
          asDropdown: false,
          includeVars: false,
          keepTime: false,
        },
      ];

const columns = 24;

function laidOut(policy: Policy): object[] {
  const placed: object[] = [];
  let y = 0;
  const next = () => placed.length + 1;
  for (const { title, panels } of panelsOf(policy)) {
    placed.push({
      type: 'row',
      id: next(),
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: columns, h: 1 },
    });
    y += 1;
    const width = panels.length === 1 ? columns : columns / 2;
    const height = panels[0]?.form === 'Figure' ? 5 : 8;
    for (const [i, panel] of panels.entries()) {
      const x = (i * width) % columns;
      placed.push(panelJson(panel, next(), { x, y, w: width, h: height }));
      if (x + width === columns || i === panels.length - 1) y += height;
    }
  }
  return placed;
}
