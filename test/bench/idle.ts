/**
 * What the operator takes when nothing happens: `npm run bench:idle [-- FILE]`, FILE being what is started (default the
 * source; a bundle after `npm run bundle` is dist/steadyrun.js). A lab with two guarded services, the operator as a process
 * of its own, 45 s of idling at the wall's pace; figures are the whole process's, from /proc (Linux only).
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Lab } from '../../src/lab/lab.ts';

const file = process.argv[2] ?? 'src/steadyrun.js';
const bars = file.startsWith('dist') ? { rssMb: 160, firstMs: 1500 } : { rssMb: 240, firstMs: 3000 };
const idleMs = 45_000;

const lab = await Lab.start({ seed: 1, speed: 1 });
for (const name of ['api', 'chat']) {
  lab.kubernetes.policies.put({
    apiVersion: 'steadyrun.dev/v1alpha1',
    kind: 'SLOPolicy',
    metadata: { name, namespace: 'default' },
    spec: {
      service: { project: 'acme', region: 'europe-west1', name },
      objectives: [{ name: 'availability', targetPercent: 99.9 }],
    },
  });
}
const begunMs = performance.now();
const operator = spawn(process.execPath, [file, 'run', '--lab', lab.description.url], {
  stdio: ['ignore', 'ignore', 'pipe'],
});
let firstMs = Number.NaN;
operator.stderr.on('data', (text) => {
  if (Number.isNaN(firstMs) && /"action"/.test(String(text))) firstMs = performance.now() - begunMs;
});
await new Promise((resolve) => setTimeout(resolve, idleMs));
const status = readFileSync(`/proc/${operator.pid}/status`, 'utf8');
const megabytes = (field: string) => Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
const endedMs = performance.now();
operator.kill('SIGTERM');
await once(operator, 'exit');
const rows = [
  { what: 'resident now', value: megabytes('VmRSS'), unit: 'MiB', bar: bars.rssMb },
  { what: 'resident at most', value: megabytes('VmHWM'), unit: 'MiB', bar: null },
  { what: 'start to first reconcile', value: Math.round(firstMs), unit: 'ms', bar: bars.firstMs },
  { what: 'SIGTERM to exit', value: Math.round(performance.now() - endedMs), unit: 'ms', bar: 2000 },
];
await lab.close();
console.log(`${file} on Node ${process.versions.node}, one run, idle for ${idleMs / 1000} s with 2 policies`);
for (const { what, value, unit, bar } of rows)
  console.log(`${what}: ${value} ${unit}${bar === null ? '' : ` (bar ${bar})`}`);
process.exitCode = rows.every(({ value, bar }) => bar === null || value < bar) ? 0 : 1;
