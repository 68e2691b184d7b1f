/** How full the instances are, and what is or would be tuned, told to a person. */
import { resources, saturationText } from '../facts/saturation.ts';
import { spoken } from '../facts/time.ts';
import { blockFacts, leverFacts } from '../facts/tuning.ts';
import type { Status } from '../status/status.ts';
import type { Lever } from '../status/tuning.ts';
import { bar, paragraph } from './columns.ts';
import { fitted, without } from './fit.ts';

/** A line a resource of which something is known. */
export function fullness({ saturation }: Status, columns = Number.POSITIVE_INFINITY): string[] {
  const table = (barWidth: number, over: string) => ({
    bare: true as const,
    heading: ['RESOURCE', 'BAR', 'FULL', 'TEXT'],
    rows: resources.flatMap((resource) => {
      const full = saturation?.[resource];
      if (!full) return [];
      const part = `of the p95 instance${full.sustained ? over : ''}`;
      return [[saturationText(resource), bar(full.percent / 100, barWidth), `${full.percent} %`, part]];
    }),
    right: ['FULL'],
  });
  const long = ', over the limit for 5 min or longer';
  const short = table(8, ', over the limit');
  return fitted([table(20, long), table(8, long), short, without(short, 'BAR')], columns).lines;
}

/** For how long it was too full, and a paragraph a lever that has something to say. */
export function tuned({ saturation, tuning }: Status, columns: number): string[] {
  const minutes = saturation?.minutesOver24h ?? 0;
  const over = minutes === 0 ? [] : paragraph('full   ', `${spoken(minutes * 60_000)} over the limit in 24 h`, columns);
  const told = (tuning?.levers ?? []).filter(hasNews);
  return [...over, ...told.flatMap((lever) => paragraph('tune   ', leverText(lever), columns))];
}

const hasNews = ({ current, target, blockedBy }: Lever): boolean =>
  blockedBy.length > 0 || (target !== undefined && target !== current);

/** "maximum of instances 20 → 40: NearMaximum. 18 were … It waits: a rollout is under way." */
function leverText({ lever, current, target, reason, message, evidence, predicted, blockedBy }: Lever): string {
  const { text = lever, unit = '' } = leverFacts(lever) ?? {};
  const value = (of: number | undefined) => (of === undefined ? 'not set' : `${of}${unit}`);
  const change = target === undefined || target === current ? value(current) : `${value(current)} → ${value(target)}`;
  const blocks = blockedBy.map((word) => blockFacts(word)?.text ?? word);
  const sentences = [message, evidence, predicted, blocks.length > 0 && `Not done: ${blocks.join('; ')}.`];
  return `${text} ${change} (${reason}): ${sentences.filter(Boolean).join(' ')}`;
}
