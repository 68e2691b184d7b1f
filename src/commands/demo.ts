/** `steadyrun demo`: a lab, the unmodified operator beside it, and five acts played at once on five services. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Lab } from '../lab/lab.ts';
import { apiVersion, kind } from '../policy/api.ts';
import { Trend } from '../report/sparkline.ts';
import { type Act, acts, type Outcome, Scene } from './demo/acts.ts';
import { flaggerWouldServe } from './demo/counterfactual.ts';
import { speedHere, usualSpeed } from './demo/pace.ts';
import { frame, type Panel, type Row, summaryTable } from './demo/screen.ts';
import { Spotlight } from './demo/spotlight.ts';

export interface DemoOptions {
  readonly seed: number;
  /** As fast as this machine bears, if nothing is said. */
  readonly speed?: number;
  readonly json: boolean;
}

const home = { project: 'acme', region: 'europe-west1' };
const frameEveryMs = 200;

export async function demo(options: DemoOptions): Promise<number> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const services = acts.map(({ name, service }) => ({ ...home, name, rps: 100, ...service }));
  const speed = options.speed ?? speedHere(services);
  if (options.speed === undefined && speed < usualSpeed)
    process.stderr.write(
      `This machine is busy: the demo runs ${speed} times as fast as the wall, not ${usualSpeed}, and takes ${Math.ceil(usualSpeed / speed)} min or so.\n`,
    );
  const lab = await Lab.start({ ...options, speed, services });
  for (const act of acts) lab.kubernetes.policies.put(policyOf(act));
  const operator = startOperator(lab.description.url);
  try {
    const stages = acts.map((act) => new Performance(act, lab, stop.signal));
    const show = screen(lab, stages, { ...options, speed });
    show.draw();
    const timer = setInterval(() => show.draw(), frameEveryMs);
    await Promise.all(stages.map((stage) => stage.play())).finally(() => clearInterval(timer));
    show.draw();
    show.end();
    return stages.every(({ ok }) => ok) ? 0 : 1;
  } catch (error) {
    if (stop.signal.aborted) return 130;
    throw error;
  } finally {
    operator.kill('SIGTERM');
    await lab.close();
  }
}

/** The operator as anyone would start it, in a process of its own; its log is kept quiet unless it fails. */
function startOperator(url: string) {
  const main = process.argv[1] ?? fileURLToPath(new URL('../steadyrun.js', import.meta.url));
  const child = spawn(process.execPath, [main, 'run', '--lab', url, '--log-level', 'error'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}

const policyOf = ({ name, spec }: Act) => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'default' },
  spec: {
    service: { ...home, name },
    objectives: [
      { name: 'availability', targetPercent: 99.9 },
      { name: 'latency', indicator: { latency: { percentile: 95, threshold: '300ms' } } },
    ],
    ...spec,
  },
});

/** One act on its way. */
class Performance {
  readonly act: Act;
  readonly scene: Scene;
  outcome: Outcome | null = null;
  readonly #lab: Lab;
  readonly #trends = new Map<string, Trend>();
  readonly #begunMs: number;
  #endedMs = 0;

  constructor(act: Act, lab: Lab, signal: AbortSignal) {
    this.act = act;
    this.#lab = lab;
    this.scene = new Scene(lab, act.name, signal);
    this.#begunMs = lab.clock.nowMs();
  }

  get ok(): boolean {
    return this.outcome === this.act.expected;
  }

  async play(): Promise<void> {
    this.outcome = await this.act.play(this.scene);
    this.#endedMs = this.#lab.clock.nowMs();
  }

  panel(): Panel {
    const { name, title } = this.act;
    const { status } = this.scene;
    for (const { name: objective, candidatePercent, candidateTotal } of status.objectives ?? []) {
      const trend = this.#trends.get(objective) ?? new Trend();
      this.#trends.set(objective, trend);
      if (candidatePercent !== undefined) trend.add(candidatePercent / 100, candidateTotal);
    }
    const trends = Object.fromEntries([...this.#trends].map(([objective, { values }]) => [objective, values]));
    return { name, title, status, outcome: this.outcome, ok: this.ok, trends };
  }

  row(seed: number): Row {
    const { candidate } = this.scene;
    const served = candidate === null ? undefined : this.scene.truth.byRevision[candidate];
    const seconds = Math.round((this.#endedMs - this.#begunMs) / 1000);
    return {
      name: this.act.name,
      expected: this.act.expected,
      outcome: this.outcome ?? 'Unfinished',
      ok: this.ok,
      seconds,
      badRequestsServed: served?.errors ?? 0,
      counterfactual: { flagger: flaggerWouldServe(this.act, policyOf(this.act), seconds, seed) },
    };
  }
}

interface Show {
  draw(): void;
  end(): void;
}

/** Frames in a terminal; elsewhere a line whenever a decision is new, as text or as JSON. */
function screen(lab: Lab, stages: readonly Performance[], { json, speed, seed }: Required<DemoOptions>): Show {
  const sinceMs = lab.clock.nowMs();
  const said = new Map<string, string>();
  const spotlight = new Spotlight();
  const out = process.stdout;
  const changes = (): Panel[] =>
    stages
      .map((stage) => stage.panel())
      .filter(({ name, status, outcome }) => {
        // Intended, not yet seen in the traffic: the next look tells it.
        if (status.intent) return false;
        const { action, reason, at } = status.decision ?? {};
        const now = JSON.stringify([status.phase, action, reason, outcome, action === 'None' ? null : at]);
        const isNew = said.get(name) !== now;
        said.set(name, now);
        return isNew;
      });
  const draw = () => {
    const nowMs = lab.clock.nowMs();
    if (!json && out.isTTY) {
      const panels = stages.map((stage) => stage.panel());
      const at = { nowMs, sinceMs, speed };
      const size = { columns: out.columns, rows: out.rows - 1 };
      out.write(`\x1b[H\x1b[J${frame(panels, at, size, spotlight.on(panels, Date.now()))}\n`);
      return;
    }
    for (const { name, status, outcome } of changes()) {
      const { phase = 'Pending', decision, split, candidate, objectives, saturation } = status;
      if (json) {
        const at = new Date(nowMs).toISOString();
        const line = { at, act: name, phase, decision, split, candidate, objectives, saturation, outcome };
        out.write(`${JSON.stringify(line)}\n`);
        continue;
      }
      const time = new Date(nowMs).toISOString().slice(11, 19);
      const message = decision ? `${decision.action} (${decision.reason}): ${decision.message}` : 'not looked at yet';
      const end = outcome === null ? '' : `${outcome}. `;
      out.write(`${time}  ${name.padEnd(13)}  ${phase.padEnd(11)}  ${end}${message}\n`);
    }
  };
  const end = () => {
    const rows = stages.map((stage) => stage.row(seed));
    out.write(json ? `${JSON.stringify({ summary: { acts: rows } })}\n` : `\n${summaryTable(rows, out)}\n`);
  };
  return { draw, end };
}
