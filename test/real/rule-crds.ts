/** The kinds that hold rules, as their makers publish them in Go modules: read from there, by version and checksum. */
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './cache.ts';
import { find, say } from './run.ts';

interface Published {
  /** What its file in the cache is called. */
  readonly name: string;
  readonly module: string;
  readonly version: string;
  /** As go.sum has it, of the whole module. */
  readonly sum: string;
  readonly file: string;
}

export const published: readonly Published[] = [
  {
    name: 'globalrules',
    module: 'github.com/GoogleCloudPlatform/prometheus-engine',
    version: 'v0.13.0',
    sum: 'h1:k4YC675NylgCw3e8i4h6hnPmrZm/4bJDjg6ew1hW2e0=',
    file: 'charts/operator/crds/monitoring.googleapis.com_globalrules.yaml',
  },
  {
    name: 'prometheusrules',
    module: 'github.com/prometheus-operator/prometheus-operator',
    version: 'v0.85.0',
    sum: 'h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=',
    file: 'example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml',
  },
];

/** Returns the folder that holds a file for each kind. The first time about 95 MB are downloaded. */
export async function prepareRuleCrds(signal: AbortSignal): Promise<string> {
  const folder = join(cacheFolder, `rule-crds-${published.map(({ version }) => version).join('-')}`);
  mkdirSync(folder, { recursive: true });
  for (const one of published) {
    const file = join(folder, `${one.name}.yaml`);
    if (existsSync(file)) continue;
    // Of half a gigabyte of modules a file each is kept.
    const work = mkdtempSync(join(cacheFolder, 'unpacking-'));
    try {
      const unfinished = join(work, one.name);
      copyFileSync(join(await downloaded(one, work, signal), one.file), unfinished);
      renameSync(unfinished, file);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return folder;
}

/** The module's folder. */
async function downloaded({ module, version, sum }: Published, work: string, signal: AbortSignal): Promise<string> {
  const go = find('go', ['/usr/local/go/bin']);
  if (go === null)
    throw new Error(`the CRDs of rules come with Go modules, and there is no Go: install it from https://go.dev/dl/`);
  say(`downloading ${module} ${version}`);
  const { stdout } = await promisify(execFile)(go, ['mod', 'download', '-json', `${module}@${version}`], {
    cwd: work,
    env: { ...process.env, GOMODCACHE: join(work, 'modules'), GOFLAGS: '-modcacherw' },
    signal,
  });
  const { Dir: folder, Sum: found } = JSON.parse(stdout) as { readonly Dir: string; readonly Sum: string };
  if (found !== sum) throw new Error(`${module} ${version} is not what it was: its checksum is ${found}, not ${sum}`);
  return folder;
}
