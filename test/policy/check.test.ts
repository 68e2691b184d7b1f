import { describe, expect, it } from 'vitest';
import { admit } from '../../src/policy/admit.ts';
import { checkPolicies } from '../../src/policy/check/policies.ts';
import { asJson, fine, invalid } from './invalid.ts';

describe('What is wrong with a policy', () => {
  it('is nothing when nothing is', () => {
    expect(checkPolicies(fine).findings).toEqual([]);
  });

  it.each(invalid)('is said with its place and what to write instead: $what', ({ text, line, path, message, hint }) => {
    const [finding, ...others] = checkPolicies(text).findings;
    expect(finding).toMatchObject({ line, path, message, hint });
    expect(others).toEqual([]);
  });

  it.each(invalid)(
    'is refused by an API server too, unless it drops it in silence or would have to read PromQL, or time zones: $what',
    ({ text, onlyOffline }) => {
      expect(admit(asJson(text)).ok).toBe(onlyOffline);
    },
  );
});
