/** The README's pictures, by their paths from the repository's root. */
import { randomService } from '../../../src/rehearsal/tuning/generate.ts';
import { daysOf } from './days.ts';
import { picture } from './draw.ts';
import { rolloutsPicture } from './draw-rollouts.ts';
import { rolloutsOf } from './rollouts.ts';
import { colours } from './svg.ts';

/** One of those that the bench makes up; the seed is that of its noise. */
const service = { number: 2029, days: 2, seed: 1 };

export function pictures(): Readonly<Record<string, string>> {
  const { number, days, seed } = service;
  const [untuned, tuned] = (['untuned', 'Auto'] as const).map((name) =>
    daysOf(randomService(number), name, days, seed),
  ) as [ReturnType<typeof daysOf>, ReturnType<typeof daysOf>];
  const rollouts = rolloutsOf();
  return Object.fromEntries(
    Object.entries(colours).flatMap(([scheme, inks]) => [
      [`src/decide/tuning/saturation-${scheme}.svg`, picture(untuned, tuned, inks)],
      [`src/decide/rollouts-${scheme}.svg`, rolloutsPicture(rollouts, inks)],
    ]),
  );
}
