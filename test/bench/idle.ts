/**
 * What the operator takes when nothing happens: `npm run bench:idle [-- FILE]`, FILE being what is started (default the
 * source; a bundle, after `npm run bundle` dist/steadyrun.js, as the image starts it). A lab with two guarded services, the
 * operator as a process of its own: how long it takes to its first look, and whether it grows in four minutes of idling at the
 * wall's pace. Exit code 1 where a bar is missed. From /proc (Linux only).
 */
import { cpus } from 'node:os';
import { Lab } from '../../src/lab/lab.ts';
import type { Row } from './main.ts';
import { flatRows, growthOf, row, spansText, table } from './soak/flat.ts';
import { limitMib, requestMib, startText } from './soak/image.ts';
import { type Moment, watched } from './soak/moments.ts';
import { OperatorProcess } from './soak/operator.ts';

const file = process.argv[2] ?? 'src/steadyrun.js';
const isImage = file.startsWith('dist/');
/** By CPU time where the machine's other work would be measured, too; a process that is told to end has its time on the wall. */
const bars = { firstCpuS: isImage ? 1.5 : 3, idleCpuMs: 50, endMs: 2000, residentMib: isImage ? requestMib() : 240 };
/** MiB an hour: in four minutes no more can be told. */
const growthBars = { resident: 120, held: 60 };
const [starts, lengthS, warmUpS] = [5, 240, 60];

const firsts: { readonly ms: number; readonly cpuS: number }[] = [];
const endsMs: number[] = [];
// In a world of its own each: what is known already is nothing to tell.
for (let start = 0; start < starts; start++) {
  await inLab(async (operator) => {
    const ms = await operator.firstReconcile;
    firsts.push({ ms, cpuS: operator.weight().cpuS });
  });
}
let moments: readonly Moment[] = [];
await inLab(async (operator) => {
  moments = await watched(operator, lengthS, 1);
});

async function inLab(use: (operator: OperatorProcess) => Promise<void>): Promise<void> {
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
  const operator = new OperatorProcess(file, lab.description.url);
  await use(operator);
  endsMs.push(await operator.end());
  await lab.close();
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const growth = growthOf(moments, warmUpS);
const [early, late] = [moments.find(({ atS }) => atS >= warmUpS)!, moments.at(-1)!];
const idleCpuMs = (1000 * (late.cpuS - early.cpuS)) / (late.atS - early.atS);
const rows: Row[] = [
  row('CPU time to the first look, median', median(firsts.map(({ cpuS }) => cpuS)), 's', bars.firstCpuS),
  row('CPU time a second while idle', idleCpuMs, 'ms', bars.idleCpuMs),
  row('SIGTERM to exit by the wall, at most', Math.max(...endsMs), 'ms', bars.endMs),
  row('resident at most', late.residentAtMostMib, 'MiB', bars.residentMib),
  ...flatRows(growth, growthBars),
];
console.log(`${startText(file)} on Node ${process.versions.node}, ${cpus().length} x ${cpus()[0]?.model.trim()}: ${starts} starts, then one run,
idle for ${lengthS} s with 2 policies, a sample every second; after the first ${warmUpS} s ${spansText}
by the wall's clock, start to first look: ${Math.round(median(firsts.map(({ ms }) => ms)))} ms in the median of ${firsts.map(({ ms, cpuS }) => `${Math.round(ms)} ms (${cpuS.toFixed(2)} s of CPU)`).join(', ')}
${table(moments, growth, limitMib())}`);
for (const { what, value, unit, bar, ok } of rows)
  console.log(`${ok ? '✔' : '✖'} ${what}: ${value} ${unit} (bar ${bar})`);
process.exitCode = rows.every(({ ok }) => ok) ? 0 : 1;
