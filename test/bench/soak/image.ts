/** How the image starts the operator, within what the Deployment gives it: a bundle is measured as it will run. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface Start {
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const deploy = (file: string): string => readFileSync(new URL(`../../../deploy/${file}`, import.meta.url), 'utf8');

const runtime = (): string =>
  deploy('Dockerfile')
    .split(/^FROM /m)
    .at(-1)!;

/** Of the source nothing is said. */
export function startOf(file: string): Start {
  if (!file.startsWith('dist/')) return { flags: [], env: {} };
  const env = [...runtime().matchAll(/^ENV (\w+)=(.*)$/gm)].map(([, name, value]) => [name!, value!] as const);
  return { flags: flags().map(withinLimit), env: Object.fromEntries(env) };
}

function flags(): readonly string[] {
  const entrypoint: readonly string[] = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(runtime())![1]!);
  return entrypoint.filter((word) => word.startsWith('--'));
}

/** As one would write it in a shell. */
export function startText(file: string): string {
  const { flags, env } = startOf(file);
  return [...Object.entries(env).map(([name, value]) => `${name}=${value}`), 'node', ...flags, file].join(' ');
}

const heapShare = /^--max-old-space-size-percentage=(\d+)$/;

/** Of the memory that the container may have. */
export const heapPercent = (): number => Number(flags().flatMap((flag) => heapShare.exec(flag)?.[1] ?? [])[0]);

/** In a container a share of its memory is meant; here, where nothing limits it, the same in MiB. */
const withinLimit = (flag: string): string =>
  heapShare.test(flag) ? `--max-old-space-size=${Math.floor((heapPercent() / 100) * limitMib())}` : flag;

export const limitMib = (): number => mib(resources().limits.memory);
export const requestMib = (): number => mib(resources().requests.memory);

interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly memory: string };
}

function resources(): Resources {
  const { spec } = parse(deploy('base/deployment.yaml')) as {
    spec: { template: { spec: { containers: { resources: Resources }[] } } };
  };
  return spec.template.spec.containers[0]!.resources;
}

function mib(text: string): number {
  const [, count] = /^(\d+)Mi$/.exec(text) ?? [];
  if (count === undefined) throw new Error(`deploy/base/deployment.yaml: ${text} is not written in Mi`);
  return Number(count);
}
