/**
 * `npm run test:real [-- VITEST ARGS]`: brings the real servers, runs the tests against them and what `npm test` leaves to it
 * (../whole.ts), ends everything it started.
 * Builds and downloads go to the user's cache folder; the repository and the system stay as they are.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startApiServer } from './apiserver.ts';
import { prepareEnvtest } from './envtest.ts';
import { preparePrometheus } from './prometheus.ts';
import { preparePrometheus3 } from './prometheus3.ts';
import { preparePublished } from './published.ts';
import { prepareRuleCrds } from './rule-crds.ts';
import { say } from './run.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

async function main(signal: AbortSignal): Promise<number> {
  const { prometheus, promtool } = await preparePrometheus(signal);
  const prometheus3 = await preparePrometheus3(signal);
  const published = await preparePublished(signal);
  const ruleCrds = await prepareRuleCrds(signal);
  const binaries = await prepareEnvtest(signal);
  say('starting etcd and kube-apiserver');
  const apiServer = await startApiServer(binaries);
  try {
    say(`kube-apiserver is ready at ${apiServer.url}`);
    return await vitest(signal, {
      STEADYRUN_REAL: '1',
      KUBEBUILDER_ASSETS: binaries,
      KUBECONFIG_REAL: apiServer.admin,
      KUBECONFIG_REAL_OPERATOR: apiServer.operator,
      PROMETHEUS: prometheus,
      PROMTOOL: promtool,
      PROMETHEUS3: prometheus3,
      PUBLISHED: published,
      RULE_CRDS: ruleCrds,
    });
  } finally {
    await apiServer.stop();
    say('everything that was started has ended');
  }
}

/** Returns vitest's exit code. */
async function vitest(signal: AbortSignal, env: Readonly<Record<string, string>>): Promise<number> {
  signal.throwIfAborted();
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts', ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, stdio: 'inherit' });
  signal.addEventListener('abort', () => child.kill('SIGTERM'));
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => interrupted.abort(new Error(`got ${name}`)));
try {
  process.exitCode = await main(interrupted.signal);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
if (interrupted.signal.aborted) process.exitCode = 130;
