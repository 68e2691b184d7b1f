/** What is said while it lasts, and what is written down when it is over. */
import type { Policy } from '../../policy/policy.ts';
import { blocks, bullets, fenced } from './markdown.ts';

export const communication = ({ service }: Policy): string =>
  blocks(
    'One person leads and does nothing else, one talks to people, the others work. Say something within ten minutes, then every half hour, also when there is nothing new.',
    fenced('text', [...updates(service.name)].join('\n\n')),
  );

const updates = (service: string): readonly string[] => [
  `Investigating: since HH:MM UTC some users of ${service} see WHAT. We are looking into it; more by HH:MM.`,
  `Identified: it began with WHAT. We are going back to the last good revision; more by HH:MM.`,
  `Monitoring: since HH:MM UTC ${service} answers as usual. We watch it for another hour.`,
  `Resolved: from HH:MM to HH:MM UTC WHAT did not work for SHARE of the users of ${service}. A postmortem follows.`,
];

export const postmortem = ({ key, service }: Policy): string =>
  blocks(
    'Blameless: everybody did what seemed right with what they knew. What the system let happen is what is asked. Steadyrun knows the timeline, the figures and the revisions; people know the rest.',
    fenced(
      'markdown',
      [
        `# Postmortem: ${service.name}, DATE`,
        'Status: draft · Authors: · Reviewed by:',
        '## Summary',
        'Two sentences: what users saw, for how long, why.',
        '## Impact',
        bullets(['Requests that failed, of all:', 'Share of the error budget that is gone:', 'Who could not do what:']),
        '## Trigger and root causes',
        'Revision, configuration, traffic or dependency; then why that could break it.',
        '## Detection',
        'Which alert, how long after it began; what would have told sooner.',
        '## Resolution',
        'What ended it, how long after it was seen.',
        '## Timeline (UTC)',
        bullets([
          'HH:MM began',
          'HH:MM alert',
          `HH:MM decision of Steadyrun (\`kubectl describe slopolicy ${key.name} -n ${key.namespace}\`)`,
          'HH:MM over',
        ]),
        '## Lessons',
        bullets(['What went well:', 'What went wrong:', 'Where we were lucky:']),
        '## Action items',
        '| what | kind (prevent, detect, mitigate) | priority | owner | due |\n| --- | --- | --- | --- | --- |\n|  |  | P0 |  |  |',
      ].join('\n\n'),
    ),
  );
