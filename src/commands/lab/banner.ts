/** What a lab says to people when it is ready: what it holds, how to begin, and where its doors are. */
import { gcloudConfigOf } from '../../lab/doors/gcloud.ts';
import type { LabDescription } from '../../lab/lab.ts';
import type { Past } from '../../lab/past/past.ts';
import { aligned, paragraph } from '../../report/columns.ts';
import { session } from './session.ts';

const columns = 80;
const mostNamed = 6;

/** `past`: what was recorded elsewhere, and stands before its beginning. */
export function banner(lab: LabDescription, past?: Past): string {
  const doors = [
    ['Cloud Run', `${lab.cloudRun}/v2/`],
    ['Prometheus', `${lab.prometheus}/api/v1/`],
    ['Kubernetes', lab.kubernetes],
    ['kubectl', `KUBECONFIG=${lab.kubeconfig}`],
    ['gcloud', `CLOUDSDK_CONFIG=${gcloudConfigOf(lab.kubeconfig)}`],
  ];
  const lines = [
    `A lab is running at ${lab.url}, ${lab.speed} times the wall's pace, seed ${lab.seed}.`,
    ...paragraph('It holds ', `${holding(lab)}. Ctrl-C ends it.`, columns),
    ...(past === undefined ? [] : paragraph('Before it: ', recorded(past), columns)),
    '',
    ...beginning(lab),
    '',
    ...aligned(doors).map((line) => `  ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

const recorded = ({ samples, series, firstMs, endMs }: Past): string =>
  `${samples} samples of ${series} series, ${new Date(firstMs).toISOString()} to ${new Date(endMs).toISOString()}.`;

function holding({ services }: LabDescription): string {
  const named = services.slice(0, mostNamed).map(({ project, region, name }) => `${project}/${region}/${name}`);
  const more = services.length - named.length;
  return named.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** The lines are about the service that the shortest example guards. */
function beginning(lab: LabDescription): string[] {
  const hasExample = lab.services.some(
    ({ project, region, name }) => project === 'acme' && region === 'europe-west1' && name === 'api',
  );
  const lines = session(` --lab ${lab.url}`);
  const shown = hasExample ? lines : lines.slice(0, 2);
  return [
    'In another terminal, from the folder of the repository:',
    '',
    ...shown.map((line) => `  ${line}`),
    '',
    ...(hasExample ? [] : ['Then a policy of yours by kubectl apply.']),
    'More: npx steadyrun lab --help, and deploy, event and truth behind lab.',
  ];
}
