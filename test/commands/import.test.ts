import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { example } from '../import/sources.ts';
import { complaint } from './cli.ts';
import { steadyrun } from './in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'import-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
/** A file of each test's own: they run side by side, and what is written anew is empty for a moment. */
function fileOf(name: string): string {
  const file = join(folder, `${++files}-${name.replace('/', '-')}`);
  writeFileSync(file, example(name).text);
  return file;
}

const where = ['--project', 'acme', '--region', 'europe-west1'];

describe.concurrent('steadyrun import', () => {
  it('prints policies, says what is left out with file, line and what to do, and ends with 0', async () => {
    const file = fileOf('sloth/events.yaml');
    const { code, out, err } = await steadyrun('import', 'sloth', file, ...where);
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('kind: SLOPolicy');
    expect(err).toMatch(
      new RegExp(`^${file}:16:5: note: slos\\[0\\]\\.alerting: name, .* cannot be carried over: .*; .*\\n$`),
    );
    const policy = join(folder, 'policy.yaml');
    writeFileSync(policy, out);
    expect(await steadyrun('check', policy)).toMatchObject({ code: 0 });
  });

  it('prints what could be carried over where not all could, says why, and ends with 1', async () => {
    const file = fileOf('sloth/raw.yaml');
    const { code, out, err } = await steadyrun('import', 'sloth', file, ...where);
    expect(code).toBe(1);
    expect(out).toContain('name: logins');
    expect(err).toContain(`${file}:8:28: slos[0].sli.raw.error_ratio_query: at 2:7: `);
    expect(err).toMatch(/steadyrun: 2 SLOs became objectives of a policy, but not all .*\n$/);
  });

  it('prints nothing where nothing could be, and ends with 1', async () => {
    const { code, out, err } = await steadyrun(
      'import',
      'pyrra',
      fileOf('pyrra/probe.yaml'),
      ...where,
      '--service',
      'search',
    );
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/steadyrun: nothing could be imported: .*\n$/);
  });

  it.each([
    [[], 'no SLO says where its Cloud Run service runs: add --project acme --region europe-west1, for example'],
    [['--project', 'acme'], 'no SLO says where its Cloud Run service runs: add --region europe-west1, for example'],
    [
      ['--project', '12', '--region', 'europe-west1'],
      '--project must be 4 to 63 characters long, not 2; for example project: acme',
    ],
    [
      ['--project', 'acme', '--region', 'Europe'],
      '--region must be a Google Cloud region such as europe-west1, not "Europe"; for example region: europe-west1',
    ],
    [
      [...where, '--service', 'A_b'],
      '--service must be the name of a Cloud Run service: lower-case letters, digits and hyphens, beginning with a letter, not "A_b"; write a-b',
    ],
  ])('has to be told where it runs: %j', async (options, line) => {
    expect(await steadyrun('import', 'sloth', fileOf('sloth/events.yaml'), ...options)).toEqual(
      complaint(1, `steadyrun: ${line}`),
    );
  });

  it.each([
    ['none.yaml', null, 'there is no such file; look at the path'],
    ['binary.yaml', Buffer.from([0, 1, 2]), 'is binary, not text; give YAML or JSON in UTF-8'],
    ['large.yaml', Buffer.alloc(1_100_000, 97), 'is larger than 1 MiB; split the file'],
  ])('says what is wrong with the file %s', async (name, content, words) => {
    const file = join(folder, name);
    if (content) writeFileSync(file, content);
    expect(await steadyrun('import', 'openslo', file, ...where)).toEqual(complaint(1, `steadyrun: ${file}: ${words}`));
  });

  it('knows three sources', async () => {
    const { code, err } = await steadyrun('import', 'nobl9', 'a.yaml');
    expect(code).toBe(2);
    expect(err).toContain('openslo, sloth, pyrra');
  });
});
