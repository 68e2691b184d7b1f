/** What is asked of a lab that runs. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { banner } from '../../src/commands/lab/banner.ts';
import { labDeploy } from '../../src/commands/lab/deploy.ts';
import { labOf } from '../../src/commands/lab/door.ts';
import { labEnv } from '../../src/commands/lab/env.ts';
import { labEvent } from '../../src/commands/lab/event.ts';
import { eventFlags, eventTargets } from '../../src/commands/lab/flags.ts';
import { looks, session } from '../../src/commands/lab/session.ts';
import { labTruth } from '../../src/commands/lab/truth.ts';
import { labAt, reached } from '../../src/commands/lab-address.ts';
import { Lab } from '../../src/lab/lab.ts';
import { serviceFields } from '../../src/lab/population.ts';
import { behaviourVariables } from '../../src/lab/world/behaviour.ts';
import { effects, eventFields, strengthAt } from '../../src/scenario/events.ts';
import { complaint, start } from './cli.ts';
import { steadyrun } from './in-process.ts';

let lab: Lab;
let out: string;

/** A temporary folder of the tests' own: what other labs leave in the machine's is none of theirs. */
const folder = mkdtempSync(join(tmpdir(), 'steadyrun-test-'));

beforeAll(() => vi.stubEnv('TMPDIR', folder));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

beforeEach(async () => {
  vi.stubEnv('STEADYRUN_LAB', '');
  lab = await Lab.start({ seed: 1, speed: 0.01, historyMs: 60_000 });
  out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await lab.close();
});

const at = () => ({ lab: lab.description.url, json: false });
const environment = (revision: string) => lab.world.service('api').revisions.get(revision)!.template.containers;
const minutes = (count: number) => lab.world.advanceTo(lab.world.nowMs + count * 60_000);

describe('lab deploy', () => {
  test.each([
    [{ errors: 5 }, { LAB_ERROR_PERCENT: '5' }],
    [{ latency: '110/420/900' }, { LAB_LATENCY_MS: '110/420/900' }],
    [{ env: { LAB_START_SECONDS: '30', MINE: '' } }, { LAB_START_SECONDS: '30', MINE: '' }],
    [
      { errors: 0, latency: '1/2/3', env: { MINE: 'a=b' } },
      { MINE: 'a=b', LAB_ERROR_PERCENT: '0', LAB_LATENCY_MS: '1/2/3' },
    ],
    [{}, {}],
  ])('makes a revision that behaves as it was told: %j', async (options, env) => {
    expect(await labDeploy('api', { ...at(), ...options, json: true })).toBe(0);
    const { revision, ...answer } = JSON.parse(out);
    expect(answer).toEqual({ project: 'acme', region: 'europe-west1', name: 'api', env, percent: 100 });
    expect(revision).toBe(lab.world.service('api').latestCreated.name);
    const variables = Object.entries(env).map(([name, value]) => ({ name, value }));
    expect(environment(revision)).toMatchObject([variables.length > 0 ? { env: variables } : {}]);
  });

  test('leaves what is not said as it is in the revision that has most of the traffic', async () => {
    lab.world.deploy('api', { env: { MINE: 'first', LAB_ERROR_PERCENT: '1' } });
    minutes(1);
    lab.world.setTraffic('api', [{ revision: lab.world.service('api').latestCreated.name, percent: 100 }]);
    lab.world.deploy('api', { env: { MINE: 'second' } });
    minutes(1);
    await labDeploy('api', { ...at(), latency: '1/2/3', json: true });
    expect(JSON.parse(out)).toMatchObject({
      env: { MINE: 'first', LAB_ERROR_PERCENT: '1', LAB_LATENCY_MS: '1/2/3' },
      percent: 0,
    });
  });

  test('says whose the traffic is, and where to look', async () => {
    await labDeploy('api', { ...at(), errors: 5 });
    expect(out).toBe(`api-00002-fem is deployed. It runs with LAB_ERROR_PERCENT=5; all else is healthy.
It gets 100 % of the traffic as soon as it is ready: nobody has pinned api to a revision.
No SLOPolicy names api, so nobody guards it.

  npx steadyrun lab truth api --lab ${lab.description.url}
`);
  });

  test('names the policy that guards the service', async () => {
    lab.kubernetes.policies.put({
      apiVersion: 'steadyrun.dev/v1alpha1',
      kind: 'SLOPolicy',
      metadata: { name: 'shop', namespace: 'web' },
      spec: {
        service: { project: 'acme', region: 'europe-west1', name: 'api' },
        objectives: [{ name: 'availability', targetPercent: 99.9 }],
      },
    });
    await labDeploy('api', at());
    expect(out).toContain('once the operator has: kubectl wait slopolicy/shop -n web --for=condition=Ready\n');
    expect(out).toContain(`\n  npx steadyrun status shop -n web -w --lab ${lab.description.url}\n`);
  });
});

test.each([
  [{ errors: 5 }, { LAB_ERROR_PERCENT: '6' }, '--errors and --env LAB_ERROR_PERCENT'],
  [{ latency: '110/250/350' }, { LAB_LATENCY_MS: '1/2/3' }, '--latency and --env LAB_LATENCY_MS'],
])('what is said twice of a deployment is refused: %o', async (flags, env, said) => {
  await expect(labDeploy('api', { ...at(), ...flags, env })).rejects.toThrow(`${said} say the same thing twice`);
});

test.each(['Metrics', 'Logs'])('an event that meets all services is refused for one: %s', async (on) => {
  await expect(labEvent(on, 'api', { ...at(), fields: { outage: true } })).rejects.toThrow(
    `${on} meets all services at once: leave out api`,
  );
});

describe('lab event', () => {
  const values: Readonly<Record<string, string | boolean>> = {
    at: '1m',
    for: '5m',
    every: '1h',
    errorPercent: '20',
    latencyFactor: '1.5',
    websocketDisconnectPercent: '4',
    outage: true,
    delay: '90s',
    rps: '300',
    ramp: '2m',
    jitter: '0s',
  };
  const alike: Readonly<Record<string, object>> = {
    at: {},
    for: { forSeconds: 300 },
    every: { everySeconds: 3600 },
    errorPercent: { errorPercent: 20 },
    latencyFactor: { latencyFactor: 1.5 },
    websocketDisconnectPercent: { websocketDisconnectPercent: 4 },
    outage: { outage: true },
    delay: { delay: 90_000 },
    rps: { rps: 300 },
    ramp: { rampSeconds: 120 },
    jitter: {},
  };

  test('has a flag for every field, and a word for all that can be met', () => {
    expect(['on', ...eventFlags.map(({ field }) => field)].sort()).toEqual([...eventFields].sort());
    const does = Object.fromEntries(eventTargets.map(([on, flags]) => [on, flags.split(' ')]));
    const flagOf = (field: string) => eventFlags.find((one) => one.field === field)!.flag;
    expect(does).toEqual(Object.fromEntries(Object.entries(effects).map(([on, fields]) => [on, fields.map(flagOf)])));
  });

  const grid = Object.entries(effects).flatMap(([on, does]) =>
    [...does, 'at', 'for', 'every', 'jitter'].map((field) => ({ on, field, need: does[0]! })),
  );
  test.each(grid)('$on: $field is posted, and shown', async ({ on, field, need }) => {
    const fields = { [need]: values[need]!, [field]: values[field]! };
    const service = on === 'Metrics' || on === 'Logs' ? undefined : 'api';
    await labEvent(on.toLowerCase(), service, { ...at(), fields });
    out = '';
    await labEvent(undefined, undefined, { ...at(), json: true, fields: {} });
    const { events } = JSON.parse(out);
    expect(events).toMatchObject([{ on, service: service ?? null, ...alike[need], ...alike[field] }]);
    expect(Date.parse(events[0].starts) - lab.world.nowMs).toBeCloseTo(field === 'at' ? 60_000 : 0, -4);
  });

  test('lists what there is, in the words that would do it again', async () => {
    await labEvent('Both', 'api', { ...at(), fields: { errorPercent: '20', ramp: '10m' } });
    await labEvent('Traffic', 'api', { ...at(), fields: { rps: '300', at: '1h', every: '2h' } });
    minutes(1);
    await labEvent('Metrics', undefined, { ...at(), fields: { outage: true, delay: '90s', for: '30s' } });
    minutes(4);
    out = '';
    await labEvent(undefined, undefined, { ...at(), fields: {} });
    const clock = (sinceMs: number) => new Date(lab.world.nowMs - sinceMs).toISOString().slice(11, 16);
    const rows = out.trimEnd().split('\n');
    expect(rows).toHaveLength(4);
    expect(rows[0]).toMatch(/^ID {2}ON {7}SERVICE {2}WHAT +BEGINS {4}LASTS +AT \d\d:\d\d:\d\d$/);
    expect(rows[1]).toMatch(/^ 1 {2}Both {5}api {6}--errors 20 .* 10 min .* at 50 %$/);
    expect(rows[2]).toMatch(/^ 3 {2}Metrics {2}all {6}--outage --delay 90s .* 30 s .* over$/);
    expect(rows[3]).toMatch(/^ 2 {2}Traffic {2}api {6}--rps 300 .* 10 min, every 2 h .* to come$/);
    expect(rows[1]).toContain(clock(5 * 60_000));
  });

  const posted = async (on: string, service: string | undefined, fields: Record<string, string | boolean>) => {
    out = '';
    await labEvent(on, service, { ...at(), json: true, fields });
    return JSON.parse(out).id as number;
  };
  const said = async (...words: [string?, string?]) => {
    out = '';
    await labEvent(words[0], words[1], { ...at(), fields: {} });
    return out;
  };

  test.each([
    ['Both', 'api', { errorPercent: '20' }],
    ['Both', undefined, { errorPercent: '20', every: '1h' }],
    ['Traffic', 'api', { rps: '300', at: '1h' }],
    ['Metrics', undefined, { outage: true }],
    ['Logs', undefined, { outage: true }],
  ] as const)('ends one that meets %s of %s before its time, and no other', async (on, service, fields) => {
    const id = await posted(on, service, fields);
    const other = await posted('Both', 'api', { latencyFactor: '2' });
    minutes(1);
    expect(await said('end', String(id))).toMatch(new RegExp(`^Ended at \\d\\d:\\d\\d:\\d\\d: event ${id}\\.\n$`));
    const of = (wanted: number) => lab.world.events.filter(({ scheduled }) => scheduled.id === wanted);
    minutes(70);
    for (const { scheduled } of of(id)) expect(strengthAt(scheduled, lab.world.nowMs)).toBe(0);
    expect(of(id).every(({ scheduled }) => scheduled.endedMs !== undefined)).toBe(true);
    expect(of(other).every(({ scheduled }) => scheduled.endedMs === undefined)).toBe(true);
    expect(await said()).toMatch(new RegExp(`^ +${id} .* ended$`, 'm'));
    expect(await said('end', String(id))).toBe(`Event ${id} is over already.\n`);
  });

  test('ends all of them, and says where there is nothing to end', async () => {
    const ids = [
      await posted('Both', undefined, { errorPercent: '20' }),
      await posted('Logs', undefined, { outage: true }),
    ];
    out = '';
    expect(await said('end', 'all')).toContain(`: events ${[ids[1], ids[0]].join(', ')}.`);
    expect(await said('END', 'ALL')).toBe('There was nothing to end.\n');
  });

  test('says how to end what it posts', async () => {
    expect(await said('Both', 'api').catch((error: Error) => error.message)).toContain('errors');
    out = '';
    await labEvent('Both', 'api', { ...at(), fields: { errorPercent: '20' } });
    expect(out).toMatch(/To end it before: npx steadyrun lab event end 1\n$/);
  });

  test.each([
    ['9', 'there is no event 9'],
    [undefined, 'say which event ends, by its ID, or all of them'],
    ['api', 'say which event ends, by its ID, or all of them'],
  ])('ends none that it cannot find: %s', async (which, words) => {
    await expect(labEvent('end', which, { ...at(), fields: {} })).rejects.toThrow(words);
  });

  test('says how to make some where there is none', async () => {
    await labEvent(undefined, undefined, { ...at(), fields: {} });
    expect(out).toContain('npx steadyrun lab event Both api --errors 20 --for 10m');
  });
});

describe('lab truth', () => {
  test('is a table of what happened by revision, and of who wrote what', async () => {
    lab.world.setTraffic('api', [{ revision: 'api-00001-aaa', percent: 100 }], 'operator');
    const newer = lab.world.deploy('api', { env: { LAB_ERROR_PERCENT: '50' } });
    minutes(1);
    const shares = [
      { revision: 'api-00001-aaa', percent: 90 },
      { revision: newer, percent: 10 },
    ];
    lab.world.setTraffic('api', shares, 'google-cloud-sdk gcloud/528.0.0 command/gcloud.run (Linux)');
    minutes(5);
    await labTruth('api', at());
    const { requests, bad, byRevision } = lab.world.truth('api');
    const { requests: few, errors } = byRevision[newer]!;
    const lines = out.split('\n');
    expect(lines[0]).toMatch(
      new RegExp(
        `^api at .{8}: of ${requests.toLocaleString('en-US')} requests since the lab began, ${bad.toLocaleString('en-US')} \\(`,
      ),
    );
    expect(lines[2]).toMatch(/^REVISION +TRAFFIC +REQUESTS +BAD +OVER 300 MS$/);
    expect(lines[4]).toMatch(
      new RegExp(
        `^${newer} +10 % +${few.toLocaleString('en-US')} +${errors.toLocaleString('en-US')} \\([45]\\d(\\.\\d)? %\\) `,
      ),
    );
    expect(lines.slice(7).map((line) => line.replace(/^[\d:]{8} +/, ''))).toEqual([
      'operator        traffic: api-00001-aaa 100 %',
      'pipeline        template',
      `gcloud/528.0.0  traffic: api-00001-aaa 90 %, ${newer} 10 %`,
      '',
    ]);
  });

  test('tells of WebSockets where there are any', async () => {
    minutes(1);
    await labTruth('chat', at());
    expect(out).toMatch(/OVER 300 MS +DROPPED\n.*%\)\n\nNobody has changed it\.\n$/);
  });

  test('is for scripts as the lab tells it', async () => {
    await labTruth('api', { ...at(), json: true });
    expect(Object.keys(JSON.parse(out))).toEqual(['now', 'requests', 'bad', 'byRevision', 'writes']);
  });
});

describe('which lab is asked', () => {
  const left = (name: string, url: string) => {
    mkdirSync(join(folder, `steadyrun-lab-${name}`));
    writeFileSync(join(folder, `steadyrun-lab-${name}`, 'address'), url);
    return () => rmSync(join(folder, `steadyrun-lab-${name}`), { recursive: true });
  };

  test('is the one that runs here, whatever others have left behind', async () => {
    const clear = left('dead', 'http://127.0.0.1:9');
    expect((await labOf({})).url).toBe(lab.description.url);
    clear();
  });

  test('is the one that is named, by the flag before the environment', async () => {
    const other = await Lab.start({ seed: 1, speed: 1, historyMs: 0 });
    vi.stubEnv('STEADYRUN_LAB', other.description.url);
    expect((await labOf({})).url).toBe(other.description.url);
    expect((await labOf({ lab: lab.description.url })).url).toBe(lab.description.url);
    await other.close();
  });

  test('has to be said where several run', async () => {
    const other = await Lab.start({ seed: 1, speed: 1, historyMs: 0 });
    await expect(labOf({})).rejects.toThrow(
      /^2 labs run here: http:.*\(api, chat\), http:.*; say which with --lab URL/,
    );
    await other.close();
  });

  test('is nowhere where none runs: that is said, with what was tried and how to start one', async () => {
    await lab.close();
    await expect(labOf({})).rejects.toThrow(
      'no lab runs on this machine; start one with: npx steadyrun lab --speed 30',
    );
    const clear = left('dead', 'http://127.0.0.1:9');
    await expect(labOf({})).rejects.toThrow(/: nobody answers at http:\/\/127\.0\.0\.1:9; start one with/);
    clear();
    await expect(labOf({ lab: 'http://127.0.0.1:9' })).rejects.toThrow(
      'no lab answers at http://127.0.0.1:9/; start one with: npx steadyrun lab',
    );
    vi.stubEnv('STEADYRUN_LAB', 'http://example.com');
    await expect(labOf({})).rejects.toThrow('STEADYRUN_LAB http://example.com: a lab is plain HTTP on a loopback');
  });

  describe('is not said to be gone where it only keeps people waiting', () => {
    /** Answers nothing, or begins to. */
    const busy = createServer((request, response) => {
      if (request.url === '/slow') response.writeHead(200).write('{');
    });
    let url: string;
    beforeEach(async () => {
      await once(busy.listen(0, '127.0.0.1'), 'listening');
      url = `http://127.0.0.1:${(busy.address() as AddressInfo).port}`;
    });
    afterEach(() => {
      busy.close();
      busy.closeAllConnections();
    });
    const late = (path: string) =>
      `${url}${path} did not answer within 0.05 s, as a lab does that is too busy: try again`;

    test('by whom it is asked', async () => {
      await expect(labAt(url, { patienceMs: 50 })).rejects.toThrow(late('/'));
      await expect(reached(`${url}/slow`, {}, { patienceMs: 50 })).rejects.toThrow(late('/slow'));
    });

    test('nor where it is found by itself, or by the environment', async () => {
      await lab.close();
      const clear = left('busy', url);
      await expect(labOf({ patienceMs: 50 })).rejects.toThrow(late('/'));
      clear();
      vi.stubEnv('STEADYRUN_LAB', url);
      await expect(labOf({ patienceMs: 50 })).rejects.toThrow(/as a lab does that is too busy: try again$/);
    });
  });

  test('is named to a shell that remembers one that is no more', async () => {
    vi.stubEnv('STEADYRUN_LAB', 'http://127.0.0.1:9');
    const { url } = lab.description;
    await expect(labOf({})).rejects.toThrow(
      `STEADYRUN_LAB says so; one runs at ${url}: eval "$(npx steadyrun lab env --lab ${url})"`,
    );
  });

  test('is told to a shell', async () => {
    await labEnv({ lab: lab.description.url, json: false });
    const names = out.trimEnd().split('\n');
    expect(names.map((line) => /^export (\w+)='[^']+'$/.exec(line)?.[1])).toEqual([
      'STEADYRUN_LAB',
      'KUBECONFIG',
      'CLOUDSDK_CONFIG',
      'STEADYRUN_LAB_KUBERNETES',
      'STEADYRUN_LAB_CLOUD_RUN',
      'STEADYRUN_LAB_PROMETHEUS',
    ]);
    const told = out;
    out = '';
    await labEnv({ lab: lab.description.url, json: true });
    const variables = Object.entries(JSON.parse(out) as Record<string, string>);
    expect(variables.map(([name, value]) => `export ${name}='${value}'\n`).join('')).toBe(told);
    const [, settings] = /CLOUDSDK_CONFIG='(.*)'/.exec(told)!;
    expect(readFileSync(join(settings!, 'properties'), 'utf8')).toContain('project = acme\n');
  });
});

describe('a mistake', () => {
  const deploy = (service: string, options = {}) => labDeploy(service, { ...at(), ...options });
  const event = (on: string | undefined, service?: string, fields = {}) => labEvent(on, service, { ...at(), fields });

  test.each<[string, () => Promise<number>, string]>([
    ['a service', () => deploy('apu'), "there is no service 'apu' in this lab; did you mean api?"],
    ['no service like it', () => labTruth('x', at()), "there is no service 'x' in this lab; it holds api, chat"],
    ['a variable', () => deploy('api', { env: { LAB_EROR_PERCENT: '5' } }), 'did you mean LAB_ERROR_PERCENT?'],
    ['a latency', () => deploy('api', { latency: '1/2' }), 'LAB_LATENCY_MS=1/2: it must look like P50/P95/P99'],
    ['whom it meets', () => event('bot', 'api', { errorPercent: '5' }), 'not bot: did you mean Both?'],
    ['nobody like it', () => event('everyone'), 'an event meets Candidate, Stable, Both, Traffic, Metrics, Logs, not'],
    ['a word for a number', () => event('Both', 'api', { errorPercent: 'x' }), '--errors: must be a number, not "x"'],
    ['nothing for a number', () => event('Both', 'api', { errorPercent: '' }), '--errors: must be a number, not ""'],
    ['less than nothing', () => event('Traffic', 'api', { rps: '-1' }), '--rps: '],
    ['too much', () => event('Both', 'api', { errorPercent: '101' }), '--errors: '],
    [
      'a length',
      () => event('Both', 'api', { errorPercent: '1', for: '5' }),
      '--for: must be a length of time such as',
    ],
    [
      'what means nothing',
      () => event('Logs', undefined, { delay: '1s' }),
      '--delay: means nothing on Logs, which takes --outage',
    ],
    ['nothing', () => event('Both', 'api'), 'say one of --errors, --latency-factor, --disconnects'],
    [
      'no target',
      () => event(undefined, undefined, { rps: '5' }),
      '--rps: say whom it meets, as in: npx steadyrun lab event',
    ],
  ])('is told, with what to write instead: %s', async (_, command, told) => {
    await expect(command()).rejects.toThrow(told);
  });

  test.each([
    [['lab', 'depoly', 'api'], "unknown command 'lab depoly' (Did you mean deploy?)"],
    [['lab', 'deploy'], "missing required argument 'service'"],
    [
      ['lab', 'deploy', 'api', '--errors', '101'],
      "option '--errors <percent>' argument '101' is invalid. Give a number from 0 to 100",
    ],
    [
      ['lab', 'deploy', 'api', '--env', 'NAME'],
      "option '--env <name=value>' argument 'NAME' is invalid. Give a name and a value, such as LAB_START_SECONDS=30",
    ],
    [['lab', 'event', 'Both', '--erors', '5'], "unknown option '--erors' (Did you mean --errors?)"],
  ])('of usage ends with 2: %j', async (args, line) => {
    expect(await steadyrun(...args)).toEqual(complaint(2, `steadyrun: ${line}; --help tells more`));
  });

  test('none of them starts a lab, and --json behind a subcommand is its own', async () => {
    const { out: text } = await start(['lab', 'truth', 'api', '--json', '--lab', lab.description.url]).ended;
    expect(JSON.parse(text)).toHaveProperty('byRevision');
  });
});

describe('what is told of it', () => {
  const read = (file: string) => readFileSync(file, 'utf8');

  test('the banner fits a terminal and begins with the session', () => {
    const description = { ...lab.description, kubeconfig: '/tmp/steadyrun-lab-WIrnTW/kubeconfig' };
    const text = banner(description);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    for (const line of session(` --lab ${description.url}`)) expect(text).toContain(`\n  ${line}\n`);
  });

  test('the banner of other services has no line about one that is not there', () => {
    const text = banner({ ...lab.description, services: [{ project: 'p', region: 'r', name: 'shop' }] });
    expect(text).not.toMatch(/minimal\.yaml|deploy api/);
  });

  test.each([['lab'], ['lab', 'deploy'], ['lab', 'event'], ['lab', 'truth'], ['lab', 'env']])(
    'the help fits a terminal: %s %s',
    async (...args) => {
      const { out: text, code } = await steadyrun(...args, '--help');
      expect(code).toBe(0);
      expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    },
  );

  test('the help and the README have the same session', async () => {
    const { out: help } = await steadyrun('lab', '--help');
    for (const line of [...session(), ...looks]) expect(help).toContain(`\n  ${line}\n`);
    expect(read('README.md')).toContain(`\`\`\`sh\n${session().join('\n')}\n\`\`\``);
    for (const line of looks) expect(read('README.md')).toContain(`\`${line}\``);
  });

  const reference = read('src/lab/README.md');
  const rowsOf = (title: string) => {
    const section = reference.slice(reference.indexOf(`### ${title}\n`)).split(/\n##/, 2)[0]!;
    const first = section
      .split('\n')
      .filter((line) => /^\| `/.test(line))
      .map((line) => line.split('|')[1]!);
    return first.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name!)).sort();
  };

  test('the reference has every name, and no other', () => {
    expect(rowsOf('How a revision behaves')).toEqual(Object.keys(behaviourVariables).sort());
    expect(rowsOf('Which services there are')).toEqual([...serviceFields].sort());
    expect(rowsOf('Events')).toEqual([...eventFields].sort());
    for (const { field, flag } of eventFlags)
      expect(reference).toMatch(new RegExp(`\\| \`${field}\` +\\| \`${flag}\``));
    for (const [on] of eventTargets) expect(reference.slice(reference.indexOf('### Events'))).toContain(on);
  });
});
