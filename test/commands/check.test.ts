import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { check } from '../../src/commands/check.ts';
import { fine } from '../policy/invalid.ts';
import { isWhole } from '../whole.ts';

const folder = mkdtempSync(join(tmpdir(), 'steadyrun-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function file(content: string | Uint8Array): string {
  const path = join(folder, `${++count}.yaml`);
  writeFileSync(path, content);
  return path;
}

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(files: readonly string[], json = false, stdin: readonly string[] = []): Promise<Run> {
  const out: string[] = [];
  const err: string[] = [];
  const io = {
    stdout: { write: (text: string) => out.push(text) },
    stderr: { write: (text: string) => err.push(text) },
    stdin: (async function* () {
      for (const chunk of stdin) yield Buffer.from(chunk);
    })(),
  };
  const code = await check(files, { json }, io);
  return { code, stdout: out.join(''), stderr: err.join('') };
}

/** What is wrong with a file, without its hints. */
async function problems(content: string | Uint8Array): Promise<string[]> {
  const { stdout } = await run([file(content)], true);
  const [report] = JSON.parse(stdout).files;
  return report.problems.map(
    ({ line, column, path, message }: { line: number; column: number; path: string; message: string }) =>
      `${line}:${column} ${path} ${message}`,
  );
}

const other = fine.replace('name: api\nspec', 'name: other\nspec').replace('name: api\n  mode', 'name: other\n  mode');

describe('steadyrun check', () => {
  it('says that fine policies are fine, in one file or several, in one document or several', async () => {
    const third = other.replaceAll('name: other', 'name: third');
    expect(await run([file(`${fine}---\n${other}`), file(third)])).toEqual({
      code: 0,
      stdout: '3 policies in 2 files: no problems\n',
      stderr: '',
    });
  });

  it('takes the folder of examples: each is of a service of its own', async () => {
    const { code, stdout } = await run(['deploy/examples']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^4 policies in 4 files: no problems/m);
  });

  it('says what is wrong, where, and what to write instead', async () => {
    const path = file(fine.replace('99.9', '0.999').replace('warmup', 'warmUp'));
    expect(await run([path, file(other)])).toEqual({
      code: 1,
      stdout: [
        `${path}:15:22: spec.objectives[0].targetPercent: must be greater than 1 and less than 100, not 0.999`,
        '    targetPercent is a percentage: write 99.9',
        `${path}:24:5: spec.rollout.warmUp: there is no such field`,
        '    did you mean warmup?',
        '2 problems in 1 of 2 files',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it('notes which alert of an objective could never fire', async () => {
    const path = file(fine.replace('99.9', '90'));
    const { code, stdout } = await run([path]);
    expect(code).toBe(0);
    expect(stdout).toContain(
      `${path}:14:7: spec.objectives[0]: note\n    no alert AvailabilityBudgetBurn1h is generated: 10 % may be bad, so that this alert would need 144 %: it could never fire.\n`,
    );
  });

  it('prints one JSON document with --json, and nothing else', async () => {
    const paths = [file(fine), file(other.replace('45m', '45'))] as const;
    const { code, stdout, stderr } = await run(paths, true);
    expect({ code, stderr, output: JSON.parse(stdout) }).toEqual({
      code: 1,
      stderr: '',
      output: {
        files: [
          { file: paths[0], ok: true, problems: [], notes: [], warnings: [] },
          {
            file: paths[1],
            ok: false,
            problems: [
              {
                line: 22,
                column: 14,
                path: 'spec.rollout.maxBake',
                message: 'must be text, not the number 45',
                hint: 'add its unit: 45m if minutes are meant',
              },
            ],
            notes: [],
            warnings: [],
          },
        ],
        ok: false,
      },
    });
  });

  it('warns of what is allowed and may not be meant, with its place, and refuses nothing for it', async () => {
    const ladder = fine.replace('[5, 20, 50]', '[5]').replace('24h', '0s');
    const path = file(ladder);
    expect(await run([path])).toEqual({
      code: 0,
      stdout: [
        `${path}:21:5: spec.rollout.stepsPercent: warning`,
        '    it leaps: 16 %, 50 % are added, so that no step is more than fourfold and half of the traffic comes before most of it.',
        '    write [5, 16, 50]',
        `${path}:23:18: spec.rollout.guardWindow: warning`,
        '    a fault that shows only after the promotion is never seen, and nothing goes back.',
        '    write 24h, or leave it where something else watches the service',
        '1 policy in 1 file: no problems, 2 warnings',
        '',
      ].join('\n'),
      stderr: '',
    });
    const report = JSON.parse((await run([path], true)).stdout);
    expect(report).toMatchObject({
      ok: true,
      files: [{ ok: true, problems: [], warnings: [{ line: 21 }, { line: 23 }] }],
    });
  });

  it.each([40, 60, 80, 100])(
    'says in a terminal of %i columns the same as in a pipe, in lines that have room',
    async (columns) => {
      const path = file(fine.replace('[5, 20, 50]', '[5]').replace('24h', '0s').replace('Enforce', 'Enforced'));
      const printed = async (window: object) => {
        const out: string[] = [];
        const stdout = { write: (text: string) => out.push(text), ...window };
        await check([path], { json: false }, { stdout, stderr: { write: () => {} } });
        return out.join('');
      };
      const [narrow, wide] = [await printed({ isTTY: true, columns }), await printed({ columns })];
      const places = (text: string) => text.split('\n').filter((line) => line.startsWith(path));
      const words = (text: string) => text.split(/\s+/).join(' ');
      expect(narrow.split('\n').filter((line) => line.startsWith(' ') && line.length > columns)).toEqual([]);
      expect(places(narrow)).toEqual(places(wide));
      expect(words(narrow)).toBe(words(wide));
      expect(wide.split('\n')).toHaveLength(10);
    },
  );

  it('warns where alerts of two services link to the same sections of one runbook', async () => {
    const at = (policy: string, runbookUrl: string) =>
      file(`${policy.trimEnd()}\n  generate: {runbookUrl: "${runbookUrl}"}\n`);
    const wiki = 'https://wiki.example.com';
    const [first, second] = [at(fine, `${wiki}/r`), at(other, `${wiki}/r`)];
    const { code, stdout } = await run([first, second]);
    expect(code).toBe(0);
    expect(stdout).toContain('spec.generate.runbookUrl: warning');
    expect(stdout).toContain(
      `alerts of the policy at ${first}:25 link to the same sections, such as ${wiki}/r#availability-budget-burn-1h: who is paged for one service would read the commands for the other.\n    give each policy a runbook with an address of its own\n`,
    );
    expect((await run([first, at(other, `${wiki}/other`)])).stdout).not.toContain('warning');
  });

  it('reads standard input for -', async () => {
    expect(await run(['-'], false, [fine.slice(0, 50), fine.slice(50)])).toMatchObject({ code: 0 });
    expect((await run(['-'], false, ['kind: x'])).stdout).toMatch(/^-:1:7: kind: must be SLOPolicy, not "x"\n/);
  });

  it('reads no more of an endless input than it needs', async () => {
    const chunk = ' '.repeat(100_000);
    let read = 0;
    const stdin = (async function* () {
      for (;;) {
        read++;
        yield Buffer.from(chunk);
      }
    })();
    const silent = { write: () => true };
    expect(await check(['-'], { json: true }, { stdout: silent, stderr: silent, stdin })).toBe(1);
    expect(read).toBe(11);
  });

  it('asks for a file when none is named', async () => {
    expect(await run([])).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining('name the files') });
  });

  it('counts a file that is named twice once', async () => {
    const path = file(fine);
    expect((await run([path, join(folder, '.', `${count}.yaml`)])).stdout).toBe('1 policy in 1 file: no problems\n');
  });

  it('numbers lines through all documents of a file', async () => {
    expect(await problems(`${fine}---\n${other.replace('mode: Enforce', 'mode: Watch')}`)).toEqual([
      '35:9 spec.mode must be Enforce or Observe, not "Watch"',
    ]);
  });

  it('refuses two policies of one name, over all files', async () => {
    const paths = [file(fine), file(fine.replace('name: api\n  mode', 'name: other\n  mode'))] as const;
    const { code, stdout } = await run(paths);
    expect(code).toBe(1);
    expect(stdout).toContain(`${paths[1]}:4:9: metadata.name: default/api already has a policy at ${paths[0]}:4\n`);
  });

  it('refuses two policies of one service, in any namespaces', async () => {
    const name = 'projects/acme/locations/europe-west1/services/api';
    const second = fine.replace('name: api\nspec', 'name: api\n  namespace: prod\nspec');
    expect(await problems(`${fine}---\n${second}`)).toEqual([
      expect.stringMatching(new RegExp(`^32:3 spec.service ${name} already has a policy at .*:6$`)),
    ]);
  });
});

const asList = (...policies: readonly string[]): string =>
  `apiVersion: v1\nkind: List\nmetadata: {resourceVersion: ""}\nitems:\n${policies
    .map((policy) => `- ${policy.trimEnd().replaceAll('\n', '\n  ')}\n`)
    .join('')}`;

const printed = fine.replace(
  'name: api\nspec',
  'name: api\n  generation: 2\n  managedFields: [{manager: kubectl, fieldsV1: {"f:spec": {"f:mode": {}}}}]\nstatus: {phase: Steady}\nspec',
);

describe('Several objects in one file:', () => {
  it.each(['List', 'SLOPolicyList'])('a %s as kubectl prints it is checked item by item', async (kind) => {
    const path = file(asList(printed, other.replace('mode: Enforce', 'mode: Watch')).replace('List', kind));
    expect((await run([path])).stdout).toBe(
      `${path}:41:11: spec.mode: must be Enforce or Observe, not "Watch"\n    write Enforce or Observe\n1 problem in 1 of 1 file\n`,
    );
    expect((await run(['-'], false, [asList(printed, other)])).stdout).toBe('2 policies in 1 file: no problems\n');
  });

  it('an empty list holds no policy', async () => {
    expect(await problems('apiVersion: v1\nkind: List\nitems: []\n')).toEqual(['1:1  holds no policy']);
  });

  it('other kinds beside a policy are passed by, and said', async () => {
    const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n';
    const job = 'apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\n';
    const path = file(`${namespace}---\n${fine}---\n${job}---\n${namespace}`);
    const { code, stdout } = await run([path]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${path}: skipped: Namespace, Job\n1 policy in 1 file: no problems\n`,
    });
    expect(JSON.parse((await run([path], true)).stdout)).toMatchObject({
      ok: true,
      files: [{ ok: true, skipped: 'Namespace, Job' }],
    });
  });

  it('several kinds, and no policy among them', async () => {
    expect(await problems('kind: Service\n---\nkind: Secret\n---\nkind: Service\n')).toEqual([
      '1:7  holds no policy, but Service, Secret',
    ]);
  });

  it('two of a name and a service are told although something else is wrong with both', async () => {
    const wrong = fine.replace('mode: Enforce', 'mode: Watch');
    const [first, second] = [file(wrong), file(wrong)];
    const { stdout } = await run([first, second]);
    expect(stdout).toContain(`${second}:4:9: metadata.name: default/api already has a policy at ${first}:4\n`);
    expect(stdout).toContain(
      `${second}:6:3: spec.service: projects/acme/locations/europe-west1/services/api already has a policy at ${first}:6\n`,
    );
    expect(stdout).toContain('4 problems in 2 of 2 files');
  });
});

describe('A folder', () => {
  const inFolder = (name: string, files: Readonly<Record<string, string>>): string => {
    const path = join(folder, name);
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(path, file)), { recursive: true });
      writeFileSync(join(path, file), text);
    }
    return path;
  };
  const things = {
    'a/api.yaml': fine,
    'a/deep/er/other.yml': other,
    'scenario.yaml': 'name: a\ntruth: Good\n',
    'rbac.yaml': 'kind: Role\n---\nkind: RoleBinding\n',
    'chart/templates/x.yaml': '{{- if .Values.on }}\nkind: Role\n{{- end }}\n',
    'package.json': '{"name": "app"}',
    'readme.md': fine,
    '.git/x.yaml': fine,
    'node_modules/a/x.yaml': fine,
  };

  it('is looked through, and what is no policy is said in a line', async () => {
    const path = inFolder('whole', things);
    const { code, stdout } = await run([path]);
    expect(code).toBe(0);
    expect(stdout.replaceAll(path, 'F').split('\n')).toEqual([
      expect.stringMatching(/^F\/chart\/templates\/x\.yaml: skipped: is not valid YAML: /),
      'F/package.json: skipped: no policy: it has neither apiVersion nor kind, metadata or spec; begin with apiVersion: steadyrun.dev/v1alpha1',
      'F/rbac.yaml: skipped: Role, RoleBinding',
      'F/scenario.yaml: skipped: a scenario; run steadyrun rehearse --policy POLICY --scenario F/scenario.yaml',
      '2 policies in 2 files: no problems',
      '',
    ]);
  });

  it.each(['SLO', 'Policy', 'SLOPolicies'])('hides no policy whose kind is written %s', async (kind) => {
    const path = inFolder(`kind-${kind}`, {
      'a.yaml': fine,
      'b.yaml': other.replace('kind: SLOPolicy', `kind: ${kind}`),
    });
    const { code, stdout } = await run([path]);
    expect(code).toBe(1);
    expect(stdout).toContain(`"${kind}"`);
  });

  it('says nothing to the terminal but words, and spells what nobody can see', async () => {
    const path = inFolder('escapes', {
      'a.yaml': fine,
      'b.yaml': 'kind: "\\e[31mRole\\a"\n',
      'c.yaml': fine.replace('name: api', 'name: "a\\u200bpi"').replace('targetPercent', '"\\e[31mtarget"'),
    });
    const { stdout } = await run([path]);
    expect(stdout).not.toMatch(/[^\P{C}\n]/u);
    expect(stdout).toContain('\\u001b[31mRole\\u0007');
  });

  it('is no better than its policies, broken ones included', async () => {
    const broken = {
      ...things,
      'a/api.yaml': fine.replace('kind: SLOPolicy', 'kind: SloPolicy'),
      'b.yaml': `${fine} }`,
    };
    const path = inFolder('broken', broken);
    const { code, stdout } = await run([path]);
    expect(code).toBe(1);
    expect(stdout).toContain(`${path}/a/api.yaml:2:7: kind: must be SLOPolicy, not "SloPolicy"`);
    expect(stdout).toMatch(/broken\/b\.yaml:\d+:\d+: is not valid YAML/);
  });

  it('without a policy was not meant', async () => {
    const path = inFolder('bare', { 'rbac.yaml': 'kind: Role\n' });
    const { code, stdout } = await run([path]);
    expect(code).toBe(1);
    expect(stdout).toContain(`${path}:1:1: holds no policy in its one file (*.yaml, *.yml, *.json)`);
  });

  it('has what is wrong with a file told that is named itself, too', async () => {
    const path = inFolder('named', things);
    const { code, stdout } = await run([path, join(path, 'rbac.yaml')]);
    expect(code).toBe(1);
    expect(stdout).toContain('rbac.yaml:1:7: holds no policy, but Role, RoleBinding');
  });
});

describe('A latency whose target is another than its percentile', () => {
  const latencyTarget = (text: string) => fine.replace('name: latency', `name: latency\n      ${text}`);

  it.each([
    ['targetPercent: 99', 'p95 is said, and the target asks for p99'],
    ['targetPercentByTier: {api: 99.9}\n      targetPercent: 95', null],
    ['targetPercent: 95', null],
    ['targetPercent: 95.0', null],
    ['targetPercent: 94.9', 'p95 is said, and the target asks for p94.9'],
  ])('%s', async (text, said) => {
    const { code, stdout } = await run([file(latencyTarget(text))]);
    expect(code).toBe(0);
    if (said === null) expect(stdout).not.toContain('is said');
    else
      expect(stdout).toMatch(
        new RegExp(`spec\\.objectives\\[1\\]\\.indicator\\.latency\\.percentile: warning\n    ${said}: `),
      );
  });

  it('is one by its tier, too', async () => {
    const tiered = latencyTarget('targetPercentByTier: {api: 99}').replace('mode: Enforce', 'tier: api');
    expect((await run([file(tiered)])).stdout).toContain('asks for p99');
  });
});

describe('A file that holds no policy is told so, not thrown:', () => {
  it.each<[what: string, content: string | Uint8Array, problem: string]>([
    ['empty', '', '1:1  holds no policy'],
    ['nothing but comments', '# soon\n---\n# later\n', '1:1  holds no policy'],
    ['a list', '- a\n- b\n', '1:1  must be a mapping, not a list'],
    ['a number', '5\n', '1:1  must be a mapping, not the number 5'],
    ['text', 'hello\n', '1:1  must be a mapping, not "hello"'],
    ['binary', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 1), '1:1  is binary, not text'],
    ['not UTF-8', Uint8Array.of(0x61, 0x3a, 0x20, 0xff, 0xfe), '1:1  is not UTF-8 text'],
    ['10 MB', 'a: b\n'.repeat(2_000_000), '1:1  is larger than 1 MiB'],
    ['indented by tabs', 'kind:\n\ta: 1\n', '2:1  is not valid YAML: tabs are not allowed as indentation'],
    ['an open quote', 'kind: "SLO\n', '2:1  is not valid YAML: missing closing "quote'],
    ['an open bracket', 'a: [1, 2\nb: 3\n', expect.stringContaining('is not valid YAML')],
    [
      'a key twice',
      fine.replace('mode: Enforce', 'mode: Enforce\n  mode: Observe'),
      '11:3 spec.mode the key mode is there twice',
    ],
    [
      'a key twice within a list',
      fine.replace('name: latency\n', 'name: latency\n      name: l\n'),
      '17:7 spec.objectives[1].name the key name is there twice',
    ],
    ['an alias without an anchor', 'a: *b\n', '1:1  uses an alias that has no anchor before it'],
    ['an alias within itself', 'a: &a [*a]\n', '1:8  holds itself by an alias'],
    ['nested without end', '['.repeat(isWhole ? 500_000 : 50_000), '1:31  is nested more than 30 deep'],
    ['nested without end, in blocks', '- '.repeat(isWhole ? 500_000 : 50_000), '1:61  is nested more than 30 deep'],
    ['a bomb', bomb(), '1:1  uses aliases that unfold into too many values'],
    ['many aliases', `a: &a 1\nb: [${'*a,'.repeat(51)}]\n`, expect.stringContaining('uses more than 50 aliases')],
  ])('%s', async (_, content, problem) => {
    expect(await problems(content)).toEqual([problem]);
  });

  it('a hundred thousand unknown fields', async () => {
    const found = await problems(`kind: SLOPolicy\n${Array.from({ length: 80_000 }, (_, n) => `k${n}: 1\n`).join('')}`);
    expect(found).toHaveLength(101);
    expect(found.at(-1)).toContain('there are more problems from here on');
  });

  it('missing', async () => {
    const { code, stdout } = await run([join(folder, 'none.yaml')]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining(':1:1: there is no such file\n') });
  });
});

describe('YAML is read as kubectl reads it:', () => {
  it.each([
    ['yes is true', fine.replace('targetPercent: 99.9', 'targetPercent: 99.9\n      gate: yes')],
    ['anchors and merges', fine.replace('warmup: 60s', 'warmup: 60s\n    <<: {onInconclusive: Hold}')],
    [
      'dates are text',
      fine.replace('name: api\nspec', 'name: api\n  annotations: {since: 2026-11-24, at: 12:30}\nspec'),
    ],
    [
      'what kubectl get prints',
      fine.replace('name: api\nspec', 'name: api\n  uid: x\n  generation: 2\nstatus: {any: [thing]}\nspec'),
    ],
    ['Windows line ends', fine.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${fine}`],
    [
      'JSON',
      '{"apiVersion":"steadyrun.dev/v1alpha1","kind":"SLOPolicy","metadata":{"name":"a"},"spec":{"service":{"project":"acme","region":"us-east1","name":"a"},"objectives":[{"name":"a","targetPercent":99}]}}',
    ],
  ])('%s', async (_, text) => {
    expect(await problems(text)).toEqual([]);
  });

  it.each([
    ['.nan', 'not NaN'],
    ['.inf', 'not Infinity'],
    ['-.inf', 'not -Infinity'],
  ])('%s is a number that no target can be', async (number, said) => {
    expect(await problems(fine.replace('99.9', number))).toEqual([
      `15:22 spec.objectives[0].targetPercent must be a number, ${said}`,
    ]);
  });
});

/** Ten short lines that stand for 9 to the power of 9 values. */
function bomb(): string {
  const lines = 'abcdefghi'.split('').map((name, index, names) => {
    const inner = index === 0 ? 'x' : `*${names[index - 1]}`;
    return `${name}: &${name} [${Array(index === 0 ? 9 : 5)
      .fill(inner)
      .join(', ')}]\n`;
  });
  return lines.join('');
}
