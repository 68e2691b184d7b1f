/** `steadyrun lab env`: where the lab is, as lines for a shell, so that kubectl, gcloud and curl find it. */
import { gcloudConfigOf } from '../../lab/doors/gcloud.ts';
import { type LabChoice, labOf } from './door.ts';

export interface EnvOptions extends LabChoice {
  /** The variables as one object, for what is no shell. */
  readonly json: boolean;
}

export async function labEnv(options: EnvOptions): Promise<number> {
  const { url, kubeconfig, kubernetes, cloudRun, prometheus } = await labOf(options);
  const variables = {
    STEADYRUN_LAB: url,
    KUBECONFIG: kubeconfig,
    CLOUDSDK_CONFIG: gcloudConfigOf(kubeconfig),
    STEADYRUN_LAB_KUBERNETES: kubernetes,
    STEADYRUN_LAB_CLOUD_RUN: cloudRun,
    STEADYRUN_LAB_PROMETHEUS: prometheus,
  };
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${quoted(value)}'`);
  process.stdout.write(options.json ? `${JSON.stringify(variables)}\n` : `${lines.join('\n')}\n`);
  return 0;
}

const quoted = (text: string): string => text.replaceAll("'", `'\\''`);
