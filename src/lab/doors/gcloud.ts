/** A folder of settings with which gcloud finds the lab, and nothing else: `CLOUDSDK_CONFIG` is to name it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ServiceRef } from '../../facts/service.ts';

/** Beside the kubeconfig. */
export const gcloudConfigOf = (kubeconfig: string): string => join(dirname(kubeconfig), 'gcloud');

export async function writeGcloudConfig(
  folder: string,
  cloudRun: string,
  { project, region }: ServiceRef,
): Promise<void> {
  await mkdir(folder);
  await writeFile(join(folder, 'properties'), propertiesFor(new URL(cloudRun), project, region));
}

/** gcloud puts the region before the host's name, which no loopback address bears: so the lab is its proxy, for hosts that are none. */
const propertiesFor = ({ hostname, port }: URL, project: string, region: string): string => `[core]
project = ${project}
disable_prompts = true
disable_usage_reporting = true
[component_manager]
disable_update_check = true
[run]
region = ${region}
[auth]
disable_credentials = true
[api_endpoint_overrides]
run = http://run.lab.invalid/
cloudresourcemanager = http://cloudresourcemanager.lab.invalid/
serviceusage = http://serviceusage.lab.invalid/
[proxy]
type = http_no_tunnel
address = ${hostname}
port = ${port}
`;
