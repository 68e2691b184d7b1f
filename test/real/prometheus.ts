/** Debian's Prometheus, unpacked into the cache so that the system stays as it was; elsewhere the one in PATH. */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache.ts';
import { find, isExecutable, run, say } from './run.ts';

export interface PrometheusPrograms {
  readonly prometheus: string;
  readonly promtool: string;
}

export async function preparePrometheus(signal: AbortSignal): Promise<PrometheusPrograms> {
  const folder = join(cacheFolder, 'prometheus');
  const unpacked = { prometheus: join(folder, 'usr/bin/prometheus'), promtool: join(folder, 'usr/bin/promtool') };
  if (!isExecutable(unpacked.promtool) && find('apt-get') !== null) await unpack(folder, signal);
  if (isExecutable(unpacked.promtool)) return unpacked;

  const [prometheus, promtool] = [find('prometheus'), find('promtool')];
  if (prometheus !== null && promtool !== null) return { prometheus, promtool };
  throw new Error(
    'neither apt-get nor PATH has prometheus and promtool: install them from https://prometheus.io/download/',
  );
}

async function unpack(folder: string, signal: AbortSignal): Promise<void> {
  mkdirSync(cacheFolder, { recursive: true });
  const work = mkdtempSync(join(cacheFolder, 'unpacking-'));
  try {
    say("downloading Debian's prometheus");
    await download(work, signal);
    const archive = readdirSync(work).find((name) => name.endsWith('.deb')) ?? '';
    await run('unpacking prometheus', ['dpkg', '-x', archive, 'root'], { cwd: work, signal });
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(work, 'root'), folder);
    say(`unpacked prometheus into ${folder}`);
  } catch (error) {
    signal.throwIfAborted();
    say(`Debian has no prometheus for us: ${error instanceof Error ? error.message : error}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Package lists are fetched only when the download fails: they may be missing, or too old. */
async function download(work: string, signal: AbortSignal): Promise<void> {
  const attempt = () => run('downloading prometheus', ['apt-get', 'download', 'prometheus'], { cwd: work, signal });
  try {
    await attempt();
  } catch {
    signal.throwIfAborted();
    await run('updating the package lists', ['apt-get', 'update'], { cwd: work, signal });
    await attempt();
  }
}
