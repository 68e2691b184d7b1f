/** What to look at, and with which commands, before anything but a rollback is tried. */
import type { Policy } from '../../policy/policy.ts';
import { type Commands, commandsOf } from './commands.ts';
import { type Database, databasesOf } from './databases.ts';
import { blocks, capital, shell } from './markdown.ts';

export const triageSteps = ['LatestDeploy', 'Logs', 'Configuration', 'Database', 'Quota'] as const;
export type TriageStep = (typeof triageSteps)[number];

/** Headings are unique in a file of many runbooks: links go by them. */
export const triageHeading = (step: TriageStep, { key }: Policy): string =>
  `${capital(names[step])}: ${key.name} in ${key.namespace}`;

export const triageName = (step: TriageStep): string => names[step];

const names: Readonly<Record<TriageStep, string>> = {
  LatestDeploy: 'latest deploy',
  Logs: 'logs',
  Configuration: 'configuration and secrets',
  Database: 'database',
  Quota: 'quota and limits',
};

export function triage(policy: Policy): string {
  const commands = commandsOf(policy);
  const sections = triageSteps.map((step) =>
    blocks(`#### ${triageHeading(step, policy)}`, ...texts[step](commands, policy)),
  );
  return blocks(...sections);
}

type Text = (commands: Commands, policy: Policy) => readonly string[];

const texts: Readonly<Record<TriageStep, Text>> = {
  LatestDeploy: ({ status, traffic, revisions }) => [
    'Did it begin with a new revision, or with a change of the traffic? The last decision says what Steadyrun saw and did.',
    shell(status, traffic, revisions),
  ],
  Logs: ({ errors }) => [
    'The newest errors; one message that repeats names the cause more often than not.',
    shell(errors),
  ],
  Configuration: ({ lastGood, differences, secrets }) => [
    'What the new revision has that the last good one has not: image, environment, secrets, limits, connections.',
    shell(lastGood, ...differences),
    'A secret that is mounted as `latest` changes without a deploy: when was its newest version made, and is it enabled?',
    shell('SECRET=  # a name under valueFrom.secretKeyRef or volumes of the above', secrets),
  ],
  Database: (_, policy) => databaseText(databasesOf(policy)),
  Quota: ({ refused, limits, quota }) => [
    'Requests that Cloud Run refused for want of an instance are answered 429 and say so in the log.',
    shell(refused),
    'The limits of the service (`run.googleapis.com/maxScale`, `containerConcurrency`, `resources`), and of the project:',
    shell(limits, quota),
  ],
};

const databaseText = (databases: readonly Database[]): string[] => [
  'Is it up, full, or out of connections, and is an operation such as a backup or a failover under way?',
  ...databases.map(({ chosen, at }) =>
    shell(
      ...chosen,
      `gcloud sql instances describe ${at} --format 'yaml(state, settings.availabilityType, settings.tier)'`,
      `gcloud sql operations list --instance ${at} --limit 10`,
    ),
  ),
];
