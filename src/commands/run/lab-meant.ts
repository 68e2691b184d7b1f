/** The lab in which the operator works, if it is to work in one. */
import type { Logger } from 'pino';
import { labOfShell } from '../lab/door.ts';
import { type LabAnswer, labAt } from '../lab-address.ts';

export interface Meant {
  readonly lab?: string;
  readonly kubeconfig?: string;
}

/**
 * The one that is named; else the one that `lab env` told this shell of, as status has it. Who moves traffic does not guess:
 * where the shell has turned to another cluster since, or that lab has gone, it throws in a sentence.
 */
export async function labMeant(
  { lab, kubeconfig }: Meant,
  stop: AbortSignal,
  log: Pick<Logger, 'info'>,
): Promise<LabAnswer | null> {
  if (lab !== undefined) return labAt(lab, { signal: stop });
  const { STEADYRUN_LAB: url = '', KUBECONFIG: own = '' } = process.env;
  if (url === '' || kubeconfig !== undefined) return null;
  const answer = await labOfShell(url, { signal: stop });
  if (own !== '' && answer.doors.kubeconfig !== own)
    throw new Error(
      `STEADYRUN_LAB names the lab at ${url}, and KUBECONFIG another cluster: say which is meant, with --lab ${url} or with --kubeconfig ${own}`,
    );
  log.info({ lab: url }, 'STEADYRUN_LAB names this lab: it is taken as by --lab; unset it to work elsewhere');
  return answer;
}
