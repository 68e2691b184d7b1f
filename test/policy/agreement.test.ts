import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit } from '../../src/policy/admit.ts';
import { checkPolicies } from '../../src/policy/check/policies.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import { isWhole } from '../whole.ts';
import { finePolicy, oddPolicy } from './arbitrary.ts';

const isFine = (raw: unknown): boolean => checkPolicies(JSON.stringify(raw)).findings.length === 0;

describe('The offline check, the parser and the API server', () => {
  it('accept every fine policy', () => {
    fc.assert(
      fc.property(finePolicy, (raw) => {
        expect({ check: isFine(raw), parse: parsePolicy(raw).ok, admit: admit(raw).ok }).toEqual({
          check: true,
          parse: true,
          admit: true,
        });
      }),
    );
  });

  it('agree about every odd policy, of which some are fine and some are not', () => {
    const seen = new Set<boolean>();
    fc.assert(
      fc.property(oddPolicy, (raw) => {
        const { ok: admitted } = admit(raw);
        const parsed = parsePolicy(raw);
        // The API server cannot read PromQL and knows no time zones, and that is all it may be mild about.
        const mild = admitted && !parsed.ok && parsed.problems.every(({ kind }) => kind === 'Query' || kind === 'Zone');
        const ok = admitted && !mild;
        expect({ check: isFine(raw), parse: parsed.ok }).toEqual({ check: ok, parse: ok });
        seen.add(ok);
      }),
      { numRuns: isWhole ? 1000 : 250 },
    );
    expect(seen).toEqual(new Set([true, false]));
  });

  it('mean the same policy before and after it was stored', () => {
    fc.assert(
      fc.property(finePolicy, (raw) => {
        const admission = admit(raw);
        if (!admission.ok) throw new Error(admission.message);
        expect(parsePolicy(admission.object)).toEqual(parsePolicy(raw));
        expect(admit(admission.object, admission.object)).toEqual(admission);
      }),
    );
  });
});
