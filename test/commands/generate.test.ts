import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { generateRules } from '../../src/commands/generate.ts';
import type { Flavor } from '../../src/generate/flavors.ts';
import { fine } from '../policy/invalid.ts';

const folder = mkdtempSync(join(tmpdir(), 'steadyrun-generate-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function file(content: string): string {
  const path = join(folder, `${++count}.yaml`);
  writeFileSync(path, content);
  return path;
}

async function run(files: readonly string[], flavor?: Flavor, stdin = '') {
  const [out, err]: [string[], string[]] = [[], []];
  const io = {
    stdout: { write: (text: string) => out.push(text) },
    stderr: { write: (text: string) => err.push(text) },
    stdin: (async function* () {
      yield Buffer.from(stdin);
    })(),
  };
  const code = await generateRules(files, flavor ? { flavor } : {}, io);
  return { code, stdout: out.join(''), stderr: err.join('') };
}

const other = fine.replace('name: api\nspec', 'name: other\nspec').replace('name: api\n  mode', 'name: other\n  mode');

describe('steadyrun generate rules', () => {
  it('prints a document for each policy, of one file or several, or of standard input', async () => {
    const apart = await run([file(fine), file(other)]);
    expect(apart).toMatchObject({ code: 0, stderr: '' });
    expect(apart.stdout.match(/^kind: .*$/gm)).toHaveLength(2);
    expect(await run([file(`${fine}---\n${other}`)])).toEqual(apart);
    expect(await run(['-'], undefined, `${fine}---\n${other}`)).toEqual(apart);
  });

  it('prints the flavor that is asked for', async () => {
    expect((await run([file(fine)], 'PrometheusRule')).stdout).toContain('kind: PrometheusRule');
    expect((await run([file(fine)], 'GlobalRules')).stdout).toContain('kind: GlobalRules');
    expect((await run([file(fine)], 'File')).stdout).not.toContain('kind:');
  });

  it('prints nothing but what is wrong, as check does, when anything is', async () => {
    const path = file(fine.replace('99.9', '0.999'));
    expect(await run([file(other), path])).toEqual({
      code: 1,
      stdout: '',
      stderr: [
        `${path}:15:22: spec.objectives[0].targetPercent: must be greater than 1 and less than 100, not 0.999`,
        '    targetPercent is a percentage: write 99.9',
        '',
      ].join('\n'),
    });
  });

  it('takes no service twice', async () => {
    const { code, stdout, stderr } = await run([file(fine), file(fine.replace('name: api\nspec', 'name: twin\nspec'))]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('already has a policy at');
  });

  it('says that a file is missing', async () => {
    const { code, stderr } = await run([join(folder, 'none.yaml')]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `${join(folder, 'none.yaml')}:1:1: there is no such file\n    look at the path\n`,
    });
  });
});
