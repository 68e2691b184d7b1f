/** Thirty mistakes and more: each is told with what helps, and what is told helps. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { check } from '../../../src/commands/check.ts';
import { kubeconfigFor } from '../../../src/lab/doors/kubernetes.ts';
import { policy, TestCluster } from '../../kubernetes/cluster.ts';
import { fine } from '../../policy/invalid.ts';
import { start } from '../cli.ts';
import { inCommands, inPolicies, inScenarios, type Mistake } from './table.ts';

const root = mkdtempSync(join(tmpdir(), 'steadyrun-mistakes-'));
afterAll(() => rmSync(root, { recursive: true }));

let folders = 0;

interface Said {
  readonly code: number | null;
  readonly text: string;
}

/** As a person in a folder of these files types it; a path is said as it was given. */
async function typed(files: Mistake['files'], args: Mistake['args']): Promise<Said> {
  const folder = join(root, String(++folders));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const isHere = (word: string): boolean =>
    Object.keys(files).some((name) => name === word || name.startsWith(`${word}/`));
  const placed = args.map((word) => (isHere(word) || word.endsWith('.yaml') ? join(folder, word) : word));
  const { code, text } = placed[0] === 'check' ? await checked(placed.slice(1)) : await run(placed);
  return { code, text: text.replaceAll(`${folder}/`, '') };
}

/** Without a process: it is what `steadyrun check` does, and there are many of them. */
async function checked(files: readonly string[]): Promise<Said> {
  const said: string[] = [];
  const out = { write: (text: string) => said.push(text) };
  return { code: await check(files, { json: false }, { stdout: out, stderr: out }), text: said.join('') };
}

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Said> {
  const { code, out, err } = await start(args, undefined, env).ended;
  return { code, text: out + err };
}

const lines = ({ text }: Said): string[] => text.split('\n');

describe.each([
  ['in a policy', inPolicies],
  ['in a scenario', inScenarios],
  ['in a command', inCommands],
])('A mistake %s', (_, mistakes) => {
  test.each(mistakes)('is told with what helps: $what', async ({ files, args, says, mended }) => {
    const wrong = await typed(files, args);
    expect(wrong.code).not.toBe(0);
    // Of a problem with a place, the message or its hint is a line of its own.
    expect(
      lines(wrong)
        .map((line) => line.trim())
        .filter((line) => line.endsWith(says.trim())),
    ).toHaveLength(1);
    const right = await typed({ ...files, ...mended.files }, mended.args ?? args);
    expect(right).toMatchObject({ code: 0 });
  });
});

describe('A file that cannot be had', () => {
  const policyFile = join(root, 'a-policy.yaml');
  const away = join(root, 'away.yaml');
  const none = 'there is no such file; look at the path';
  const folder = 'is a directory; name a file in it';
  beforeAll(() => writeFileSync(policyFile, fine));

  test.each([
    ['lab', ['--services', away], `steadyrun lab: ${away}: ${none}`],
    ['lab', ['--services', root], `steadyrun lab: ${root}: ${folder}`],
    ['lab', ['--history', away], `steadyrun lab: ${away}: ${none}`],
    ['lab', ['--history', root], `steadyrun lab: ${root}: ${folder}`],
    ['run', ['--kubeconfig', away], `steadyrun: the kubeconfig ${away}: ${none}`],
    ['run', ['--kubeconfig', root], `steadyrun: the kubeconfig ${root}: ${folder}`],
    ['status', ['--kubeconfig', away], `steadyrun: the kubeconfig ${away}: ${none}`],
    ['why', ['api', '--kubeconfig', root], `steadyrun: the kubeconfig ${root}: ${folder}`],
    ['rehearse', ['--policy', root, '--scenario', away], `steadyrun: ${root}: ${folder}`],
    ['rehearse', ['--policy', policyFile, '--scenario', root], `steadyrun: ${root}: ${folder}`],
    ['rehearse', ['--policy', policyFile, '--tuning', '--services', root], `steadyrun: ${root}: ${folder}`],
    ['import', ['sloth', away, '--project', 'acme', '--region', 'europe-west1'], `steadyrun: ${away}: ${none}`],
    ['import', ['sloth', root, '--project', 'acme', '--region', 'europe-west1'], `steadyrun: ${root}: ${folder}`],
    ['backtest', ['--policy', away, '--from', '0', '--to', '60'], `steadyrun: ${away}: ${none}`],
    [
      'backtest',
      ['--policy', policyFile, '--from', '0', '--to', '60', '--export', root],
      `steadyrun: ${root}: ${folder}`,
    ],
  ])('%s %j is told in words', async (command, args, says) => {
    expect(await run([command, ...args])).toEqual({ code: 1, text: `${says}\n` });
  });

  test('KUBECONFIG is told in words where it is a folder', async () => {
    expect(await run(['status'], { KUBECONFIG: root })).toEqual({
      code: 1,
      text: `steadyrun: the kubeconfig ${root}: ${folder}\n`,
    });
  });

  test('what cannot be written is told in words', async () => {
    expect(await run(['lab'], { TMPDIR: away })).toEqual({
      code: 1,
      text: `steadyrun lab: no folder for the lab's files can be made in ${away}; set TMPDIR to one you may write to\n`,
    });
  });

  test('a port of a lab is told in words where it is taken', async () => {
    const cluster = await TestCluster.start();
    const { port } = new URL(cluster.url);
    const said = await run(['lab', '--port', port]);
    await cluster.stop();
    expect(said).toEqual({
      code: 1,
      text: `steadyrun lab: port ${port} cannot be had: it is in use; --port takes another, and 0 any\n`,
    });
  });
});

describe('A mistake with a cluster', () => {
  let cluster: TestCluster;
  let kubeconfig: string;
  beforeAll(async () => {
    cluster = await TestCluster.start();
    cluster.door.policies.put(policy('api'));
    cluster.door.policies.put(policy('shop', {}, 'web'));
    kubeconfig = join(root, 'kubeconfig');
    writeFileSync(kubeconfig, kubeconfigFor(cluster.url));
  });
  afterAll(() => cluster.stop());

  const works = async (args: readonly string[], env = {}) =>
    expect(await run(args, env)).toMatchObject({ code: 0, text: expect.stringContaining('api') });
  const fails = async (args: readonly string[], env = {}) => {
    const said = await run(args, env);
    expect(said.code).toBe(1);
    expect(lines(said).filter((line) => line !== '')).toHaveLength(1);
    return said.text.trim();
  };

  test('there is no kubeconfig', async () => {
    expect(await fails(['status'], { KUBECONFIG: '', HOME: root })).toBe(
      `steadyrun: no cluster is known: kubectl's file is ${root}/.kube/config, which is not there, and this runs in no cluster; name a cluster with --kubeconfig FILE, or a lab with --lab URL`,
    );
    await works(['status', '--kubeconfig', kubeconfig], { KUBECONFIG: '', HOME: root });
  });

  test('KUBECONFIG names a file that is not there', async () => {
    expect(await fails(['status'], { KUBECONFIG: `${root}/none` })).toContain(
      `no cluster is known: KUBECONFIG names ${root}/none, which is not there`,
    );
    await works(['status'], { KUBECONFIG: kubeconfig });
  });

  test('the server is not reached', async () => {
    const file = join(root, 'away');
    writeFileSync(file, kubeconfigFor('http://127.0.0.1:1'));
    expect(await fails(['why', 'api'], { KUBECONFIG: file })).toBe(
      `steadyrun: Kubernetes does not answer: nobody listens at 127.0.0.1:1; that is the cluster at http://127.0.0.1:1 (context lab of ${file}, which KUBECONFIG names): is it up, and is it the one you mean? kubectl config get-contexts shows them; else name a cluster with --kubeconfig FILE, or a lab with --lab URL`,
    );
    await works(['status', '--kubeconfig', kubeconfig], { KUBECONFIG: file });
  });

  test('no lab runs', async () => {
    expect(await fails(['status', '--lab', 'http://127.0.0.1:1'])).toBe(
      'steadyrun: no lab answers at http://127.0.0.1:1/; start one with: npx steadyrun lab',
    );
  });

  test('the namespace is another', async () => {
    expect(await fails(['status', 'api', '-n', 'web', '--kubeconfig', kubeconfig])).toBe(
      'steadyrun: there is no SLOPolicy api in namespace web; there is one in namespace default: add -n default',
    );
    await works(['status', 'api', '-n', 'default', '--kubeconfig', kubeconfig]);
  });

  test('the name is misspelt', async () => {
    expect(await fails(['status', 'apy', '--kubeconfig', kubeconfig])).toBe(
      'steadyrun: there is no SLOPolicy apy in namespace default; did you mean api?',
    );
    await works(['status', 'api', '--kubeconfig', kubeconfig]);
  });

  test.each([
    ['the CRD is not installed', 404, 'The cluster knows no SLOPolicies: install them with kubectl apply -f crds.'],
    [
      'it is forbidden',
      403,
      'knows you and does not let you read policies: ask for get and list on slopolicies.steadyrun.dev, and see with kubectl auth can-i get slopolicies.steadyrun.dev -n default',
    ],
    ['the login has expired', 401, 'does not know you: log in again, or look at the user of that context'],
  ])('%s', async (_, code, says) => {
    cluster.fault = () => ({ kind: 'Answer', code, reason: 'Refused' });
    const said = await fails(['status', '--kubeconfig', kubeconfig]);
    cluster.fault = () => undefined;
    expect(said.endsWith(says)).toBe(true);
    await works(['status', '--kubeconfig', kubeconfig]);
  });
});
