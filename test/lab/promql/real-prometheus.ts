/** A real Prometheus on loopback, fed by remote write: the judge of the lab's evaluator. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { find } from '../../real/run.ts';
import { freePorts, startServer } from '../../real/server.ts';

/** The program that PROMETHEUS names, else the one on PATH; null: not here. */
export const prometheusProgram: string | null = process.env.PROMETHEUS || find('prometheus');

/** The Prometheus 3 that PROMETHEUS3 names; null: not here. The lab's evaluator is not measured by it. */
export const prometheus3Program: string | null = process.env.PROMETHEUS3 || null;

export interface RealPrometheus {
  readonly url: string;
  stop(): Promise<void>;
}

/** It takes samples of any age, as long as they come in order. */
export async function startPrometheus(program: string, flags: readonly string[] = []): Promise<RealPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'steadyrun-prometheus-'));
  const config = join(folder, 'prometheus.yml');
  await writeFile(config, '');
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const command = [
    program,
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    '--storage.tsdb.retention.time=100y',
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-remote-write-receiver',
    ...flags,
  ];
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const server = await startServer(command, join(folder, 'log'), async () => (await fetch(`${url}/-/ready`)).ok);
    return { url, stop: () => server.stop().then(removeFolder) };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}
