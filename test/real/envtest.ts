/** kube-apiserver and etcd, built from the Go modules that test/kubernetes/envtest pins, once for each go.sum. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './cache.ts';
import { find, isExecutable, run, say } from './run.ts';

const module = fileURLToPath(new URL('../kubernetes/envtest', import.meta.url));

/** Returns the folder that holds `etcd` and `kube-apiserver`. The first build takes about five minutes on two cores. */
export async function prepareEnvtest(signal: AbortSignal): Promise<string> {
  const sums = createHash('sha256')
    .update(readFileSync(join(module, 'go.sum')))
    .digest('hex');
  const folder = join(cacheFolder, `envtest-${sums.slice(0, 16)}`);
  mkdirSync(folder, { recursive: true });
  await build('etcd', 'go.etcd.io/etcd/server/v3', '-s -w', folder, signal);
  await build('kube-apiserver', 'k8s.io/kubernetes/cmd/kube-apiserver', `-s -w ${versionFlags()}`, folder, signal);
  return folder;
}

async function build(
  name: string,
  source: string,
  ldflags: string,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const file = join(folder, name);
  if (isExecutable(file)) return say(`${name} is built: ${file}`);
  const go = find('go', ['/usr/local/go/bin']);
  if (go === null)
    throw new Error(`${name} is built from Go modules, and there is no Go: install it from https://go.dev/dl/`);
  say(`building ${name} into ${folder}`);
  const unfinished = `${file}.${process.pid}`;
  const command = [go, 'build', '-mod=readonly', '-buildvcs=false', '-trimpath', '-ldflags', ldflags, '-o', unfinished];
  await run(`building ${name}`, ['nice', ...command, source], { cwd: module, env: { CGO_ENABLED: '0' }, signal });
  renameSync(unfinished, file);
  say(`built ${name}`);
}

/** An API server that is not told its version calls itself v0.0.0, and no client knows what to expect of it. */
function versionFlags(): string {
  const required = /^\s*k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\d+)/m;
  const [, version, major, minor] = required.exec(readFileSync(join(module, 'go.mod'), 'utf8')) ?? [];
  if (version === undefined) throw new Error(`${module}/go.mod does not require k8s.io/kubernetes`);
  const set = { gitVersion: version, gitMajor: major, gitMinor: minor };
  return Object.entries(set)
    .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
    .join(' ');
}
