/** A runbook is read at 3 a.m.: what it links to is there, what it says to run is what a shell takes, and it belongs to this service. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { alertsOf } from '../../src/generate/alerts.ts';
import { anchorOf, fenced } from '../../src/generate/runbook/markdown.ts';
import { runbooksOf } from '../../src/generate/runbook/runbook.ts';
import { availability, validPolicy } from '../policy/valid.ts';
import { drawnPolicies } from './drawn-policies.ts';
import { everyKind, everyKindAt } from './every-kind.ts';

const policies = [everyKindAt('GoogleManagedPrometheus'), everyKindAt('Prometheus'), ...drawnPolicies(100)];
const everything = runbooksOf([policies[0]!]);

interface Read {
  readonly headings: readonly string[];
  readonly links: readonly string[];
  readonly scripts: readonly string[];
}

/** Headings and links outside of fences, and what is in fences of shell. */
function read(markdown: string): Read {
  const pieces = markdown.split(/^(`{3,})(\w*)\n([\s\S]*?)^\1$/m);
  const prose = pieces.filter((_, i) => i % 4 === 0).join('\n');
  return {
    headings: [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!),
    links: [...prose.matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor]) => anchor!),
    scripts: pieces.flatMap((piece, i) => (i % 4 === 3 && pieces[i - 1] === 'sh' ? [piece] : [])),
  };
}

const shellTakes = (script: string): string => spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' }).stderr;

describe('a runbook', () => {
  test('has the section that each alert links to, once', () => {
    for (const policy of policies) {
      const anchors = read(runbooksOf([policy])).headings.map(anchorOf);
      for (const { anchor } of alertsOf(policy).alerts) expect(anchors.filter((one) => one === anchor)).toHaveLength(1);
    }
  });

  test('links only to what is there, and to its own service where several are in one file', () => {
    for (const file of [...policies.map((policy) => [policy]), policies.slice(1)]) {
      const { headings, links } = read(runbooksOf(file));
      const anchors = headings.map(anchorOf);
      expect(links.length).toBeGreaterThan(5);
      for (const link of new Set(links)) expect(anchors.filter((one) => one === link)).toHaveLength(1);
    }
  });

  test('says only what a shell takes', () => {
    const scripts = policies.flatMap((policy) => read(runbooksOf([policy])).scripts);
    expect(scripts.length).toBeGreaterThan(1000);
    expect(shellTakes([...new Set(scripts)].join('\n'))).toBe('');
  });

  test('runs nothing that is half filled in', () => {
    const scripts = policies.flatMap((policy) => read(runbooksOf([policy])).scripts).join('\n');
    const asked = [...new Set([...scripts.matchAll(/^([A-Z_]+)= {2}#/gm)].map(([, name]) => name!))];
    expect(asked.length).toBeGreaterThan(8);
    for (const name of asked) expect(scripts).not.toMatch(new RegExp(`\\$${name}\\b`));
    for (const name of asked) expect(scripts).toContain(`\${${name}:?}`);
  });

  test('begins every mitigation with the way back to the last good revision', () => {
    const back = [
      "REV=$(kubectl get slopolicy api -n default -o jsonpath='{.status.lastGood.revision}')",
      'gcloud run services update-traffic api --region europe-west1 --project acme --to-revisions "$REV=100"',
    ].join('\n');
    const sections = everything.split('**Mitigation.**').slice(1);
    expect(sections).toHaveLength(alertsOf(policies[0]!).alerts.length);
    for (const section of sections) expect(section.slice(0, 400)).toContain(back);
    expect(everything.split('\n## Mitigation')[1]!.indexOf('update-traffic')).toBeLessThan(600);
  });

  test.each([
    [
      'triage',
      ['gcloud run revisions list', 'gcloud logging read', 'gcloud secrets versions list', 'gcloud sql', 'quotas'],
    ],
    ['mitigation', ['--max', '--concurrency', 'sql instances failover', 'throttle', '--cache-key']],
    ['people', ['Investigating:', 'Resolved:', '# Postmortem:', '## Action items', 'Blameless']],
  ])('has all that %s needs', (_, texts) => {
    for (const text of texts) expect(everything).toContain(text);
  });

  test('fills in the database that the metrics name, and how many instances it can take', () => {
    expect(everything).toContain('gcloud sql instances failover main --project acme');
    expect(everything).not.toContain('INSTANCE=  #');
    const closed = 'cloudsql_googleapis_com:client_connector_closed_connection_count';
    const shared = {
      bad: `${closed}{resource_id="orders",status!="success"}`,
      total: `${closed}{resource_id="orders"}`,
    };
    const database = { name: 'database', targetPercent: 99.5, indicator: { shared } };
    expect(runbooksOf([validPolicy([availability, database])])).toContain('instances failover orders --project acme');
    const tuning = { connections: [{ name: 'main', max: 250, reserve: 30, perInstance: 10 }] };
    expect(runbooksOf([validPolicy(everyKind, { tuning })])).toContain('no more than 22 instances');
    expect(runbooksOf([validPolicy()])).toContain('INSTANCE=  # one of these');
  });

  test('has no way out of its fences', () => {
    expect(fenced('promql', 'x{a="```"}')).toBe('````promql\nx{a="```"}\n````');
  });
});
