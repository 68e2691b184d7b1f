/** Policies as people would have written them, with what the source says in words as remarks. */
import { Document, isNode } from 'yaml';
import { apiVersion, kind } from '../policy/api.ts';
import { objectiveOf } from './fits.ts';
import type { PolicyDraft } from './policies.ts';

const width = 110;

export function policyText(policy: PolicyDraft, from: string): string {
  const { service, namespace, labels, annotations, window, metrics, objectives } = policy;
  const document = new Document({
    apiVersion,
    kind,
    metadata: {
      name: service.name,
      ...(namespace !== null && { namespace }),
      ...(Object.keys(labels).length > 0 && { labels }),
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    spec: {
      service,
      ...(window !== null && { window }),
      ...(metrics !== null && { metrics }),
      objectives: objectives.map(objectiveOf),
    },
  });
  document.commentBefore = remark([`Imported from ${from}.`, ...assumed(policy)]);
  for (const [index, { remarks }] of objectives.entries()) {
    const node = document.getIn(['spec', 'objectives', index], true);
    if (isNode(node) && remarks.length > 0) node.commentBefore = remark(remarks);
  }
  return document.toString({ lineWidth: 0 });
}

/** What the source leaves open, and how to write it otherwise. */
const assumed = ({ metrics, service, window }: PolicyDraft): string[] => [
  ...(window === null ? ['The error budget goes over 30 days; another length is written as window:.'] : []),
  ...(metrics === null
    ? [`Asked is Google Managed Prometheus of project ${service.project}; another server is written as metrics:.`]
    : []),
  'The metrics have to name the revision, in the label revision_name or in the one that metrics.revisionLabel names.',
];

/** A line of a remark never ends what it stands in. */
const remark = (texts: readonly string[]): string =>
  texts
    .flatMap((text) => wrapped(text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]+/gu, ' ').trim()))
    .map((line) => ` ${line}`)
    .join('\n');

function wrapped(text: string): string[] {
  const lines: string[] = [''];
  for (const word of text.split(/\s+/)) {
    const longer = lines.at(-1) === '' ? word : `${lines.at(-1)} ${word}`;
    if (longer.length <= width || lines.at(-1) === '') lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
