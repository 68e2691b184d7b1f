/** What people see of the error budgets, and what is remembered of what is done about them. The counts are in the metrics. */
import { z } from 'zod';
import { count, instant, int64, name, remembered, sentence, shown, word } from './fields.ts';

const objectives = 40;

const row = shown({
  objective: name,
  /** 30d, or Month or Quarter. */
  window: word,
  /** Of the budget; negative where more is gone than there was. */
  remainingPercent: count,
  /** The same for a column: "43.2 %". */
  remaining: word,
  /** How many times faster than evenly it goes, by the window looked at: {5m: 0.2, 1h: 1.3, …}; one without traffic is missing. */
  burn: remembered({}) as unknown as z.ZodType<Record<string, number>>,
  /** Events, or slices, that were bad, and all of them. */
  bad: count,
  total: count,
  /** Counted from here; later than the window began where nothing is known of before. */
  since: instant.optional(),
  /** Counted up to here. */
  until: instant,
  /** Why it does not reach back as far as the window. */
  short: sentence.optional(),
});

/** The one of which least is left comes first. */
export const budget = z.array(row).max(objectives).meta({
  description: 'What is left of the error budget of each objective, and how fast it goes; the worst first.',
});

const acting = remembered({
  /** Slow, Freeze or RequirePostmortem. */
  action: word,
  since: instant,
  /** By which objectives: what they measure, whatever they are called by now. */
  by: z.array(z.string().max(16)).max(objectives),
  message: sentence,
  /** The address that was given for it. */
  postmortem: z.string().max(2048).optional(),
});

export const errorBudget = remembered({
  /** Of the spec by which the figures are made; missing: there are none yet. */
  generation: int64.optional(),
  /** Of the spec by which it was asked last, in vain or not. */
  triedFor: int64,
  askedAt: instant,
  /** Counted up to here. */
  until: instant.optional(),
  /** The earliest time at which the service is known to have been there. */
  oldest: instant.optional(),
  acting: z.array(acting).max(3),
  /** The objectives whose budget is being spent just now, many times faster than evenly. */
  burning: z.array(name).max(objectives),
  /** The last address that was given: it does not stand for what comes after. */
  lastPostmortem: z.string().max(2048).optional(),
  /** Why it could not be asked, the last time. */
  unread: sentence.optional(),
}).meta({ description: 'What is remembered of the error budgets, and of what is done about them.' });

export type BudgetRow = z.infer<typeof row>;
export type ErrorBudget = z.infer<typeof errorBudget>;
export type Acting = ErrorBudget['acting'][number];
