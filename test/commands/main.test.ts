import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { manifest } from '../../src/manifest.ts';
import { complaint, MAIN, start } from './cli.ts';
import { steadyrun } from './in-process.ts';

interface Emptied {
  readonly command: readonly string[];
  readonly flags: string;
  readonly isNeeded?: boolean;
}

/** What takes any text: numbers and choices refuse an empty one themselves. */
const emptied: Readonly<Record<string, readonly string[]>> = {
  run: ['--lab <url>', '--kubeconfig <file>', '--namespace <name>'],
  lab: ['--services <file>', '--history <file>', '--platform-delay <duration>', '--app-delay <duration>'],
  'lab deploy api': ['--lab <url>', '--latency <p50/p95/p99>'],
  'lab event Both': ['--lab <url>', '--for <duration>', '--errors <percent>'],
  'lab truth api': ['--lab <url>'],
  'lab env': ['--lab <url>'],
  'generate grafana p.yaml': ['--datasource-uid <uid>'],
  'rehearse --policy p.yaml': ['--scenario <file>', '--services <file>', '--rule <name>', '--rule-options <k=v,...>'],
  rehearse: ['--policy <file> needed'],
  rewrite: [
    '--query <promql> needed',
    '--revision <name> needed',
    '--label <name>',
    '--threshold <duration>',
    '--unit <unit>',
  ],
  'import sloth p.yaml': ['--project <id>', '--region <region>', '--service <name>'],
  backtest: ['--policy <file> needed', '--revision <name>', '--prometheus <url>', '--export <file>'],
  status: ['--kubeconfig <file>', '--lab <url>', '-n, --namespace <name>'],
  'why api': ['--kubeconfig <file>', '--lab <url>', '-n, --namespace <name>'],
};

const optionsOf = (table: typeof emptied): Emptied[] =>
  Object.entries(table).flatMap(([command, all]) =>
    all.map((text) => ({
      command: command.split(' '),
      flags: text.replace(' needed', ''),
      isNeeded: text.endsWith(' needed'),
    })),
  );

const beforeVerbs = (
  [
    ['--speed <x>', ['--speed', '3']],
    ['--json', ['--json']],
    ['--services <file>', ['--services', 'f']],
  ] as const
).flatMap(([flags, words]) =>
  [['deploy', 'api'], ['event'], ['truth', 'api'], ['env']].map((verb) => [flags, words, verb] as const),
);

describe.concurrent('steadyrun', () => {
  test.each(['--help', 'help', '-h', 'run --help', 'help status'])(
    'prints help to standard output and ends with 0 when asked for it: %s',
    async (args) => {
      const { code, out, err } = await steadyrun(...args.split(' '));
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toContain('Usage: steadyrun');
    },
  );

  test('prints its version', async () => {
    expect(await steadyrun('--version')).toEqual({ code: 0, signal: null, out: `${manifest.version}\n`, err: '' });
  });

  test('names every command in its help', async () => {
    const { out } = await steadyrun('--help');
    for (const command of ['run', 'lab', 'demo', 'check', 'rewrite', 'backtest', 'status', 'why'])
      expect(out).toMatch(new RegExp(`^  ${command} `, 'm'));
  });

  test('without a command prints its help to standard error and ends with 2', async () => {
    const { code, out, err } = await steadyrun();
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('Usage: steadyrun');
  });

  test.each([
    ['an unknown command', ['frobnicate'], "unknown command 'frobnicate'"],
    ['a command spelt nearly right', ['stauts'], "unknown command 'stauts' (Did you mean status?)"],
    ['an unknown option', ['status', '--nope'], "unknown option '--nope'"],
    ['an option of another command', ['check', 'x', '--speed', '2'], "unknown option '--speed'"],
    ['a missing argument', ['why'], "missing required argument 'name'"],
    ['a missing file', ['check'], "missing required argument 'file'"],
    [
      'an argument too many',
      ['status', 'a', 'b'],
      "too many arguments for 'status'. Expected 1 argument but got 2: a, b",
    ],
    ['an option without its value', ['run', '--lab'], "option '--lab <url>' argument missing"],
    [
      'the status of an empty name',
      ['status', ''],
      "command-argument value '' is invalid for argument 'name'. Give the name of a policy",
    ],
    [
      'why of a blank name',
      ['why', ' '],
      "command-argument value ' ' is invalid for argument 'name'. Give the name of a policy",
    ],
    [
      'a number that is none',
      ['lab', '--speed', 'fast'],
      "option '--speed <x>' argument 'fast' is invalid. Give a number from 0.01 to 10000",
    ],
    [
      'no number at all',
      ['lab', '--speed', ''],
      "option '--speed <x>' argument '' is invalid. Give a number from 0.01 to 10000",
    ],
    [
      'a fraction for a port',
      ['run', '--metrics-port', '80.5'],
      "option '--metrics-port <port>' argument '80.5' is invalid. Give a whole number from 0 to 65535",
    ],
    [
      'a port out of range',
      ['run', '--metrics-port', '65536'],
      "option '--metrics-port <port>' argument '65536' is invalid. Give a number from 0 to 65535",
    ],
    [
      'no workers',
      ['run', '--workers', '0'],
      "option '--workers <n>' argument '0' is invalid. Give a number from 1 to 64",
    ],
    [
      'a manner of etags there is not',
      ['lab', '--etags', 'Sometimes'],
      "option '--etags <manner>' argument 'Sometimes' is invalid. Allowed choices are Checked, Ignored",
    ],
    [
      'a level there is not',
      ['run', '--log-level', 'loud'],
      "option '--log-level <level>' argument 'loud' is invalid. Allowed choices are debug, info, warn, error",
    ],
    ...[
      ['rehearse', '--policy', 'p', '--scenario', 's', '--days', '2'],
      ['rehearse', '--policy', 'p', '--scenario', 's', '--services', 'f'],
    ].map((args): [string, string[], string] => [
      `what is of tuning, without it: ${args[5]}`,
      args,
      `option '${args[5]} <${args[5] === '--days' ? 'n' : 'file'}>' cannot be used without --tuning`,
    ]),
    ...[
      ['--scenario <file>', 's'],
      ['--runs <n>', '3'],
      ['--rule <name>', 'flagger'],
      ['--rule-options <k=v,...>', 'a=b'],
    ].map(([flags, value]): [string, string[], string] => [
      `what is of scenarios, with tuning: ${flags}`,
      ['rehearse', '--policy', 'p', '--tuning', '--services', 'f', flags!.split(' ')[0]!, value!],
      `option '${flags}' cannot be used with --tuning`,
    ]),
    [
      'all namespaces of one name',
      ['status', 'api', '-A'],
      "option '-A, --all-namespaces' cannot be used with a name: say its namespace with --namespace",
    ],
    [
      'all namespaces and one',
      ['status', '-A', '-n', 'web'],
      "option '-n, --namespace <name>' cannot be used with --all-namespaces",
    ],
    ...beforeVerbs.map(([flags, words, verb]): [string, string[], string] => [
      `what is of the lab before what is asked of it: ${flags} ${verb[0]}`,
      ['lab', ...words, ...verb],
      `option '${flags}' is of the lab itself: it cannot stand before ${verb[0]}`,
    ]),
    ...optionsOf(emptied).map(({ command, flags, isNeeded }): [string, string[], string] => [
      `an empty value: ${command.join(' ')} ${flags}`,
      [...command, flags.split(/[ ,]/)[0]!, ''],
      `option '${flags}' argument '' is invalid. ${isNeeded ? 'Give a value' : 'Give a value, or leave the option out'}`,
    ]),
    ...[
      ['file', 'check', ''],
      ['file', 'check', 'a.yaml', ' '],
      ['file', 'generate', 'rules', ''],
      ['file', 'import', 'sloth', ''],
      ['service', 'lab', 'deploy', ''],
      ['service', 'lab', 'truth', ''],
      ['on', 'lab', 'event', ''],
    ].map(([name, ...args]): [string, string[], string] => [
      `an empty argument: ${args.join(' ')}`,
      args,
      `command-argument value '${args.at(-1)}' is invalid for argument '${name}'. It is empty`,
    ]),
  ])('answers %s with one line and 2', async (_, args, words) => {
    expect(await steadyrun(...args)).toEqual(complaint(2, `steadyrun: ${words}; --help tells more`));
  });

  const times = ['--from', '2026-01-05T08:00:00Z', '--to', '2026-01-05T09:00:00Z'];
  const waiting: Readonly<Record<string, (url: string) => string[]>> = {
    status: (url) => ['status', '--lab', url],
    why: (url) => ['why', 'api', '--lab', url],
    backtest: (url) => ['backtest', '--policy', 'deploy/examples/minimal.yaml', ...times, '--prometheus', url],
  };
  test.each(
    Object.keys(waiting).flatMap((command) =>
      (['SIGINT', 'SIGTERM'] as const).map((signal) => [command, signal] as const),
    ),
  )('%s is interrupted by %s, without a word', async (command, signal) => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const asked = once(silent, 'request');
    const running = start(waiting[command]!(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`));
    await asked;
    running.process.kill(signal);
    const { code, err } = await running.ended;
    expect({ code, err }).toEqual({ code: 130, err: '' });
    silent.close().closeAllConnections();
  });

  test('ends quietly when its reader has had enough', async () => {
    const running = start(['check', 'a'.repeat(10)]);
    running.process.stdout!.destroy();
    expect(await running.ended).toMatchObject({ err: '' });
  });

  test.each([['--version'], ['check', 'deploy/examples/minimal.yaml']])(
    'says in one line that its output cannot be written: %s',
    async (...args) => {
      const intoFull = ['sh', '-c', 'exec "$@" > /dev/full', 'sh', process.execPath, MAIN];
      expect(await start(args, intoFull).ended).toEqual(
        complaint(1, 'steadyrun: standard output cannot be written: the disk is full'),
      );
    },
  );
});
