/** A runbook for each service, in Markdown, with the commands filled in: for whoever is woken and knows nothing yet. Pure. */
import { serviceText } from '../../facts/service.ts';
import type { Policy } from '../../policy/policy.ts';
import { alertSections } from './alerts.ts';
import { commandsOf } from './commands.ts';
import { communication, postmortem } from './communication.ts';
import { blocks, linkTo, numbered, shell } from './markdown.ts';
import { mitigation, mitigationHeading } from './mitigation.ts';
import { triage, triageHeading } from './triage.ts';

export const runbooksOf = (policies: readonly Policy[]): string => `${blocks(...policies.map(runbookOf))}\n`;

function runbookOf(policy: Policy): string {
  return blocks(
    `# Runbook: ${policy.service.name}`,
    `\`${serviceText(policy.service)}\`, kept by the policy \`${policy.key.name}\` in \`${policy.key.namespace}\`.`,
    '## First',
    first(policy),
    '## Alerts',
    alertSections(policy),
    '## Triage',
    triage(policy),
    '## Mitigation',
    mitigation(policy),
    '## Communication',
    communication(policy),
    '## Postmortem',
    postmortem(policy),
  );
}

function first(policy: Policy): string {
  const { status, lastGood, rollBack } = commandsOf(policy);
  const heading = mitigationHeading('RollBack', policy);
  const deploys = triageHeading('LatestDeploy', policy);
  return blocks(
    numbered([
      'What does Steadyrun say? It may have gone back already, or be holding for a reason that it names.',
      `Did it begin with a deploy (${linkTo('latest deploy', deploys)}), and is it not going back? Then do it: ${linkTo('how', heading)}.`,
      'Only then look for the cause.',
    ]),
    shell(status, lastGood, rollBack),
  );
}
