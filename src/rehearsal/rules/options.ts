/** What can be set of a peer: each option with its default, read from the texts of a command line. */
import { durationMs } from '../../policy/duration.ts';

export interface Option<T> {
  readonly default: string;
  /** What a text must be, for people: "a length of time from 10s". */
  readonly must: string;
  /** undefined: the text is not possible. */
  read(text: string): T | undefined;
}

export type Options = Readonly<Record<string, Option<unknown>>>;

export type Settings<O extends Options> = {
  readonly [name in keyof O]: O[name] extends Option<infer T> ? T : never;
};

/** Throws an Error that lists the options and their defaults when one is unknown or impossible. */
export function settingsOf<O extends Options>(
  rule: string,
  options: O,
  given: Readonly<Record<string, string>>,
): Settings<O> {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(options, name)) throw refusal(rule, options, `has no option ${name}`);
  }
  const settings = Object.entries(options).map(([name, option]) => {
    const text = given[name] ?? option.default;
    const value = option.read(text);
    if (value === undefined) throw refusal(rule, options, `wants ${name} to be ${option.must}, not ${text}`);
    return [name, value];
  });
  return Object.fromEntries(settings) as Settings<O>;
}

function refusal(rule: string, options: Options, what: string): Error {
  const known = Object.entries(options).map(([name, option]) => `${name}=${option.default}`);
  return new Error(`${rule} ${what}; ${known.length === 0 ? 'it has none' : `its options are ${known.join(', ')}`}`);
}

/** In milliseconds. */
export const duration = (standard: string, leastMs = 1000): Option<number> => ({
  default: standard,
  must: `a length of time from ${leastMs / 1000}s, such as 90s or 10m`,
  read: (text) => {
    const lengthMs = durationMs(text);
    return lengthMs >= leastMs ? lengthMs : undefined;
  },
});

/** In milliseconds; the word stands for another option's length: null. */
export const durationOr = <W extends string>(word: W, standard: string, leastMs = 1000): Option<number | null> => {
  const length = duration(standard, leastMs);
  return { ...length, must: `${length.must}, or ${word}`, read: (text) => (text === word ? null : length.read(text)) };
};

export const whole = (standard: number, least: number, most: number): Option<number> => ({
  default: String(standard),
  must: `a whole number from ${least} to ${most}`,
  read: (text) => {
    const number = numberOf(text);
    return Number.isInteger(number) && number >= least && number <= most ? number : undefined;
  },
});

/** As a fraction. */
export const percent = (standard: number): Option<number> => ({
  default: String(standard),
  must: 'a number from 0 to 100',
  read: (text) => {
    const number = numberOf(text);
    return number >= 0 && number <= 100 ? number / 100 : undefined;
  },
});

/** As a fraction, or what the policy says of each objective. */
export const percentOrSlo = (standard: number | 'slo'): Option<number | 'slo'> => ({
  default: String(standard),
  must: "a number from 0 to 100, or slo for the policy's own",
  read: (text) => (text === 'slo' ? 'slo' : percent(0).read(text)),
});

export const onOff = (standard: 'on' | 'off'): Option<boolean> => ({
  default: standard,
  must: 'on or off',
  read: (text) => (text === 'on' || text === 'off' ? text === 'on' : undefined),
});

/** Shares in percent, rising, all below 100. */
export const steps = (standard: string): Option<readonly number[]> => ({
  default: standard,
  must: 'rising whole percents from 1 to 99, such as 5/20/50',
  read: (text) => {
    const shares = text.split('/').map(numberOf);
    const fine = shares.every((share, i) => Number.isInteger(share) && share < 100 && share > (shares[i - 1] ?? 0));
    return fine ? shares : undefined;
  },
});

/** NaN for anything but plain digits: Number would take "" and "1e3", too. */
const numberOf = (text: string): number => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN);
