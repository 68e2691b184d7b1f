/** What the operator weighs, looked at every few seconds. */
import { setTimeout as wait } from 'node:timers/promises';
import type { OperatorProcess, Told, Weight } from './operator.ts';

export interface Moment extends Weight, Told {
  readonly atS: number;
}

export async function watched(
  operator: OperatorProcess,
  lengthS: number,
  everyS: number,
  onMoment: (moment: Moment) => void = () => {},
): Promise<readonly Moment[]> {
  const moments: Moment[] = [];
  const begunMs = performance.now();
  for (let atS = 0; atS < lengthS; ) {
    await wait(everyS * 1000);
    atS = (performance.now() - begunMs) / 1000;
    const moment = { atS, ...operator.weight(), ...(await operator.told()) };
    moments.push(moment);
    onMoment(moment);
  }
  return moments;
}
