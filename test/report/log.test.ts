import { describe, expect, test } from 'vitest';
import { manifest } from '../../src/manifest.ts';
import { logger } from '../../src/report/log.ts';

/** What is written by `say`, a line an entry. */
function written(say: (log: ReturnType<typeof logger>) => void, level = 'debug'): Record<string, unknown>[] {
  let text = '';
  say(logger(level, { write: (line) => (text += line) }));
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
}

describe('a log entry', () => {
  test('has the fields that Cloud Logging reads', () => {
    const [entry] = written((log) => log.info({ policy: 'default/api', reason: 'Healthy' }, 'looked at'));
    const { time, ...rest } = entry!;
    expect(rest).toEqual({
      severity: 'INFO',
      serviceContext: { service: 'steadyrun', version: manifest.version },
      policy: 'default/api',
      reason: 'Healthy',
      message: 'looked at',
    });
    expect(new Date(String(time)).toISOString()).toBe(time);
  });

  test.each([
    ['debug', 'DEBUG'],
    ['info', 'INFO'],
    ['warn', 'WARNING'],
    ['error', 'ERROR'],
    ['fatal', 'CRITICAL'],
  ] as const)('of level %s has severity %s', (level, severity) => {
    expect(written((log) => log[level]('x'))[0]).toMatchObject({ severity });
  });

  test('below the level is not written', () => {
    expect(written((log) => log.info('x'), 'warn')).toEqual([]);
  });
});

describe('an error under err', () => {
  test('keeps its message and its stack, in one line', () => {
    const [entry, ...more] = written((log) =>
      log.fatal({ err: new TypeError('two\nlines') }, 'a promise was left alone'),
    );
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      message: 'a promise was left alone',
      err: { type: 'TypeError', message: 'two\nlines', stack: expect.stringContaining('log.test.ts') },
    });
  });

  test('says its cause', () => {
    const error = new Error('no answer', { cause: new Error('ECONNRESET') });
    expect(written((log) => log.error({ err: error }, 'x'))[0]).toMatchObject({
      err: { message: 'no answer: ECONNRESET' },
    });
  });

  test('leaves behind the request that it carries', () => {
    const error = Object.assign(new Error('403'), { config: { headers: { authorization: 'Bearer SECRET' } } });
    expect(JSON.stringify(written((log) => log.error({ err: error }, 'x')))).not.toContain('SECRET');
  });

  test('may be anything that was thrown', () => {
    expect(written((log) => log.error({ err: 'just text' }, 'x'))[0]).toMatchObject({ err: { message: 'just text' } });
  });
});

describe('a secret is not written', () => {
  test.each([
    ['at the top', { token: 'SECRET' }],
    ['within', { kubeconfig: { password: 'SECRET' } }],
    ['in headers', { request: { headers: { authorization: 'Bearer SECRET' } } }],
    ['in headers as they are spelt by others', { request: { headers: { Authorization: 'Bearer SECRET' } } }],
    ['deep down', { error: { request: { headers: { cookie: 'SECRET' } } } }],
  ])('%s', (_, fields) => {
    const text = JSON.stringify(written((log) => log.info(fields, 'x')));
    expect(text).not.toContain('SECRET');
    expect(text).toContain('[Redacted]');
  });
});
