/**
 * The worked example of src/decide/README.md: `node test/decide/worked-example.ts` prints it. A rollout of a candidate with
 * 1.05 % errors beside 0.05 %, tick by tick.
 */
import { pathToFileURL } from 'node:url';
import { mixture } from '../../src/decide/evidence/logs.ts';
import { rehearse } from '../../src/rehearsal/rehearse.ts';
import { Steadyrun } from '../../src/rehearsal/rules/steadyrun.ts';
import { aligned, paragraph } from '../../src/report/columns.ts';
import { parseScenario } from '../../src/scenario/scenario.ts';
import type { Status } from '../../src/status/status.ts';
import { validPolicy } from '../policy/valid.ts';

const seed = 1;

export function workedExample(): string {
  const scenario = parseScenario({ name: 'worked-example', truth: 'Bad', candidate: { errorPercent: 1.05 } });
  const lines: string[][] = [];
  let before: Status = {};
  const acts: string[][] = [];
  rehearse(
    validPolicy(),
    scenario,
    {
      start(policy, world) {
        const rule = new Steadyrun(policy, world);
        return {
          restsAfter: rule.restsAfter,
          look(sight) {
            const step = rule.look(sight);
            const line = lineOf(sight.nowMs, before, rule.state, step?.action ?? 'None');
            if (line && lines.length < 60) lines.push(line);
            before = rule.state;
            if (step?.split) acts.push(paragraph(`${Math.round(sight.nowMs / 1000)} s  `, step.message, 110));
            return step;
          },
        };
      },
    },
    seed,
    0,
  );
  return told(lines, acts.flat());
}

/** A row for a tick that counted, or for the end. */
function lineOf(nowMs: number, before: Status, after: Status, action: string): string[] | null {
  const [was] = before.rollout?.evidence ?? [];
  const [is] = after.rollout?.evidence ?? [];
  const seconds = String(Math.round(nowMs / 1000));
  if (!was || !is) return null;
  if (was.judgedUntil === is.judgedUntil) return null;
  const tick = (arm: 'candidate' | 'control') => `${is[arm].bad - was[arm].bad} of ${is[arm].total - was[arm].total}`;
  const odds = (logs: readonly number[]) => Math.exp(mixture(logs)).toPrecision(2);
  const percent = after.candidate?.percent ?? 0;
  const done = action === 'None' ? '' : action === 'Step' ? `Step to ${percent} %` : action;
  return [seconds, tick('candidate'), tick('control'), plain(odds(is.absolute)), plain(odds(is.relative)), done];
}

const plain = (text: string): string => String(Number(text));

function told(lines: readonly string[][], acts: readonly string[]): string {
  const header = ['SECOND', 'CANDIDATE BAD', 'STABLE BAD', 'ODDS AGAINST THE SLO', 'AGAINST THE STABLE', 'DONE'];
  const table = aligned([header, ...lines], [0, 1, 2, 3, 4]);
  return [...table, '', ...acts].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(workedExample());
