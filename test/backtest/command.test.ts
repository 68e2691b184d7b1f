/** What is said to people in trouble. */
import { describe, expect, test } from 'vitest';
import { complaint } from '../commands/cli.ts';
import { steadyrun } from '../commands/in-process.ts';
import { file, objectives, policyFile } from './recorded.ts';

const range = ['--from', '2026-01-05T08:00:00Z', '--to', '2026-01-05T09:00:00Z'];
const policy = policyFile();
const give = 'give what /api/v1/query answers to a range selector such as http_requests_total[30h]';
const answer = (resultType: string, result: unknown): string =>
  JSON.stringify({ status: 'success', data: { resultType, result } });

const selector =
  '{monitored_resource="cloud_run_revision",project_id="acme",location="europe-west1",service_name="api"}';
const lacking = (path: string): string =>
  `${path} holds no samples of run_googleapis_com:request_count${selector}, nor of run_googleapis_com:request_latencies_bucket${selector} in the range: ` +
  `add what /api/v1/query answers to 'run_googleapis_com:request_count${selector}[30h]' at --to; src/backtest/README.md has the whole command`;

describe.concurrent('steadyrun backtest', () => {
  const missing = '/nonexistent/file';
  const empty = file('empty.json', '');
  const words = file('words.json', `${answer('matrix', [])}\n\nhello\n`);
  const array = file('array.json', '[1]');
  const html = file('page.html', '<html></html>');
  const failed = file('failed.json', '{"status":"error","errorType":"bad_data","error":"parse error"}');
  const vector = file('vector.json', `${answer('matrix', [])}${answer('vector', [])}`);
  const nameless = file('nameless.json', answer('matrix', [{ metric: {}, values: [] }]));
  const valueless = file('valueless.json', answer('matrix', [{ metric: { __name__: 'a' } }]));
  const sample = file('sample.json', answer('matrix', [{ metric: { __name__: 'a' }, values: [[1, 'many']] }]));
  const timed = (at: number) =>
    file(`timed-${at}.json`, answer('matrix', [{ metric: { __name__: 'a' }, values: [[at, '1']] }]));
  const [inMs, inNs] = [timed(1_767_600_000_000), timed(1_767_600_000_000_000_000)];
  const blank = file('blank.json', answer('matrix', [{ metric: { __name__: 'a' }, values: [[1, ' ']] }]));
  const ownQuery = policyFile({
    metrics: { type: 'Prometheus', address: 'https://prometheus.example.com', revisionLabel: 'version' },
    objectives: [
      {
        name: 'errors',
        targetPercent: 99,
        indicator: {
          ratio: { query: 'sum(rate(requests_total{status=~"5.."}[5m])) / sum(rate(requests_total[5m]))' },
        },
      },
    ],
  });
  const counter = Array.from({ length: 60 }, (_, i) => [1_767_600_000 + 60 * i, String(100 * i)]);
  const unlabelled = file(
    'unlabelled.json',
    answer('matrix', [{ metric: { __name__: 'requests_total', status: '200' }, values: counter }]),
  );
  const nothing = file('nothing.json', answer('matrix', []));
  const marked = file('marked.json', `\ufeff${answer('matrix', [])}`);
  const wrongPolicy = policyFile({ objectives: [{ ...objectives[0], targetPercent: 200 }] });
  const twoPolicies = file(
    'two.yaml',
    ['a', 'b']
      .map(
        (name) =>
          `apiVersion: steadyrun.dev/v1alpha1\nkind: SLOPolicy\nmetadata: {name: ${name}}\n` +
          `spec:\n  service: {project: acme, region: europe-west1, name: ${name}}\n  objectives: [{name: a, targetPercent: 99}]\n`,
      )
      .join('---\n'),
  );

  test.each([
    [
      'a policy that is not there',
      ['--policy', missing, '--export', nothing],
      `${missing}: there is no such file; look at the path`,
    ],
    [
      'two policies',
      ['--policy', twoPolicies, '--export', nothing],
      `${twoPolicies} holds 2 policies: give a file that holds one`,
    ],
    ['an export that is not there', ['--export', missing], `${missing}: there is no such file; look at the path`],
    ['a folder', ['--export', '/tmp'], '/tmp: is a directory; name a file in it'],
    ['an empty file', ['--export', empty], `${empty} is empty: ${give}`],
    ['words', ['--export', words], `${words}:3 is not JSON: ${give}`],
    ['a page', ['--export', html], `${html}:1 is not JSON: ${give}`],
    ['a list of something else', ['--export', array], `${array} is not an answer of a Prometheus: ${give}`],
    ['an answer that is an error', ['--export', failed], `${failed} is an error, "parse error": ask again`],
    ['one moment', ['--export', vector], `${vector}, answer 2 holds a vector, which is one moment: ${give}`],
    [
      'calculated series',
      ['--export', nameless],
      `${nameless} holds a series without a name, the result of a calculation: export the counters themselves`,
    ],
    ['series without values', ['--export', valueless], `${valueless} holds a series without values: ${give}`],
    [
      'no number',
      ['--export', sample],
      `${sample} holds a sample [1,"many"] that is not a time and a number in quotes`,
    ],
    [
      'times in milliseconds',
      ['--export', inMs],
      `${inMs} holds the time 1767600000000, which must be milliseconds; divide it by 1000: times are in seconds`,
    ],
    [
      'times in nanoseconds',
      ['--export', inNs],
      `${inNs} holds the time 1767600000000000000, which must be nanoseconds; divide it by 1000000000: times are in seconds`,
    ],
    [
      'a blank for a number',
      ['--export', blank],
      `${blank} holds a sample [1," "] that is not a time and a number in quotes`,
    ],
    ['none of the series', ['--export', nothing], lacking(nothing)],
    ['none of them behind a byte order mark', ['--export', marked], lacking(marked)],
    [
      'requests that do not say which revision served them',
      ['--policy', ownQuery, '--export', unlabelled],
      'no requests of projects/acme/locations/europe-west1/services/api are recorded between 2026-01-05T08:00:00.000Z and 2026-01-05T09:00:00.000Z: ' +
        'look at the times, and whether the series that the policy counts by carry the label version',
    ],
    [
      'no address',
      ['--prometheus', 'prometheus:9090/x y'],
      '--prometheus "prometheus:9090/x y" is not an http or https address without user name and password',
    ],
    [
      'a server that does not answer',
      ['--prometheus', 'http://127.0.0.1:1'],
      'Prometheus at 127.0.0.1:1 could not be asked: nobody listens at 127.0.0.1:1.',
    ],
  ])('answers %s with one line and 1', async (_, args, line) => {
    const given = args.includes('--policy') ? args : ['--policy', policy, ...args];
    expect(await steadyrun('backtest', ...range, ...given)).toEqual(complaint(1, `steadyrun: ${line}`));
  });

  test('says what is wrong with a policy, as check does', async () => {
    const { code, err } = await steadyrun('backtest', ...range, '--policy', wrongPolicy, '--export', nothing);
    expect(code).toBe(1);
    expect(err).toMatch(/^steadyrun: \S+policy\.json:1:\d+: spec\.objectives\[0\]\.targetPercent: .+; .+\n$/);
  });

  test.each([
    [
      'a time that is none',
      ['--from', 'yesterday', '--to', '2026-01-05T09:00:00Z'],
      "option '--from <time>' argument 'yesterday' is invalid. Give a time such as 2026-01-05T08:00:00Z, or epoch seconds; --help tells more",
    ],
    [
      'a day that there is not',
      ['--from', '2026-02-01T00:00:00Z', '--to', '2026-02-31T00:00:00Z'],
      "option '--to <time>' argument '2026-02-31T00:00:00Z' is invalid. Give a time such as 2026-01-05T08:00:00Z, or epoch seconds; --help tells more",
    ],
    [
      'milliseconds',
      ['--from', '1', '--to', '1767603600000'],
      "option '--to <time>' argument '1767603600000' is invalid. It must be milliseconds: divide it by 1000; --help tells more",
    ],
    [
      'nanoseconds',
      ['--from', '1', '--to', '1767603600000000000'],
      "option '--to <time>' argument '1767603600000000000' is invalid. It must be nanoseconds: divide it by 1000000000; --help tells more",
    ],
    [
      'times the wrong way round',
      ['--from', '1767603600', '--to', '2026-01-05T08:00:00Z'],
      'backtest: --from 2026-01-05T09:00:00.000Z is not before --to 2026-01-05T08:00:00.000Z',
    ],
    ['no end', ['--from', '1767603600'], "required option '--to <time>' not specified; --help tells more"],
    [
      'a delay that is none',
      [...range, '--delay', 'long'],
      "option '--delay <duration>' argument 'long' is invalid. Give a length of time such as 120s or 5m; --help tells more",
    ],
    [
      'two sources',
      [...range, '--export', nothing, '--prometheus', 'http://127.0.0.1:1'],
      "option '--prometheus <url>' cannot be used with option '--export <file>'; --help tells more",
    ],
  ])('answers %s with one line and 2', async (_, args, line) => {
    expect(await steadyrun('backtest', '--policy', policy, ...args)).toEqual(complaint(2, `steadyrun: ${line}`));
  });
});
