import { constants } from 'node:os';
import { describe, expect, test } from 'vitest';
import { type Attempt, isSystemError, systemTrouble } from '../../src/facts/system-error.ts';

const failed = (code: string, said = 'bad luck') =>
  Object.assign(new Error(`${code}: ${said}, open '/a/file'`), { code, syscall: 'open' });

describe('What the system says', () => {
  const attempts: readonly Attempt[] = ['Read', 'Write', 'Listen', 'Reach'];
  test.each(Object.keys(constants.errno).flatMap((code) => attempts.map((attempt) => [code, attempt] as const)))(
    '%s of a %s is told in words, with what to do',
    (code, attempt) => {
      const { message, hint } = systemTrouble(failed(code), attempt);
      expect(message).not.toMatch(/\bE[A-Z0-9]{3,}\b|\/a\/file/);
      expect(message).not.toBe('');
      expect(hint).not.toBe('');
    },
  );

  test.each([
    ['ENOENT', 'Read', 'there is no such file'],
    ['EISDIR', 'Read', 'is a directory'],
    ['EACCES', 'Read', 'may not be read'],
    ['EACCES', 'Write', 'may not be written'],
    ['ENOSPC', 'Write', 'cannot be written: the disk is full'],
    ['EADDRINUSE', 'Listen', 'it is in use'],
    ['ECONNREFUSED', 'Reach', 'nobody listens there'],
    ['EIO', 'Read', 'cannot be read: bad luck'],
  ] as const)('%s of a %s: %s', (code, attempt, says) => {
    expect(systemTrouble(failed(code), attempt).message).toBe(says);
    expect(systemTrouble(new Error('around it', { cause: failed(code) }), attempt).message).toBe(
      code === 'EIO' ? 'cannot be read: around it' : says,
    );
  });

  test('is told from what we write ourselves', () => {
    expect(isSystemError(failed('ENOENT'))).toBe(true);
    expect(isSystemError(new Error('there is none'))).toBe(false);
  });
});
