import { describe, expect, it } from 'vitest';
import { type Admission, admit } from '../../src/policy/admit.ts';
import { minimal } from './invalid.ts';

function objectOf(admission: Admission): Record<string, unknown> {
  if (!admission.ok) throw new Error(admission.message);
  return admission.object;
}

describe('Admission', () => {
  it('stores the defaults with the object', () => {
    expect(objectOf(admit(minimal))).toEqual({
      ...minimal,
      spec: {
        service: minimal.spec.service,
        mode: 'Enforce',
        metrics: { type: 'GoogleManagedPrometheus', revisionLabel: 'revision_name' },
        objectives: [{ name: 'availability', targetPercent: 99.9 }],
        rollout: {
          profile: 'Balanced',
          onInconclusive: 'Promote',
          onMetricsOutage: 'Hold',
          maxBake: '45m',
          guardWindow: '24h',
          warmup: '60s',
        },
        tuning: { maxSaturationPercent: 80 },
      },
    });
  });

  it('drops what the schema does not know, at every depth, and leaves metadata alone', () => {
    const [objective] = minimal.spec.objectives;
    const objectives = [{ ...objective, indicator: { requests: { a: 1 } }, b: 2 }];
    const metadata = { name: 'api', labels: { team: 'x' }, managedFields: [{ manager: 'kubectl' }] };
    const object = objectOf(admit({ ...minimal, metadata, spec: { ...minimal.spec, objectives, c: 3 }, d: 4 }));
    expect(object).not.toHaveProperty('d');
    expect(object.spec).not.toHaveProperty('c');
    expect(object.spec).toHaveProperty('objectives', [{ ...objective, indicator: { requests: {} } }]);
    expect(object.metadata).toEqual(metadata);
  });

  it('validates and prunes the status', () => {
    const status = { phase: 'Steady', mood: 'fine', supersededInARow: 2 };
    expect(objectOf(admit({ ...minimal, status })).status).toEqual({ phase: 'Steady', supersededInARow: 2 });
    expect(admit({ ...minimal, status: { phase: 'Dancing' } })).toMatchObject({
      ok: false,
      causes: [{ field: 'status.phase' }],
    });
  });

  it('says everything that is wrong, the way an API server does', () => {
    const raw = { ...minimal, spec: { ...minimal.spec, mode: 'enforce', objectives: [{ name: 'A' }] } };
    const label =
      'must be a DNS label: lower-case letters, digits and hyphens, beginning and ending with a letter or digit, not "A"';
    expect(admit(raw)).toEqual({
      ok: false,
      message: expect.stringMatching(/^SLOPolicy\.steadyrun\.dev "api" is invalid: \[spec\.mode: must be .*\]$/),
      causes: [
        { field: 'spec.mode', message: 'must be Enforce or Observe, not "enforce"' },
        { field: 'spec.objectives[0].name', message: label },
        { field: 'spec.objectives[0]', message: expect.stringContaining('targetPercent is required') },
      ],
    });
  });

  it.each(['project', 'region', 'name'])('refuses to change the %s of the service', (field) => {
    const other = { project: 'other', region: 'us-central1', name: 'other' };
    const service = { ...minimal.spec.service, [field]: other[field as keyof typeof other] };
    const moved = { ...minimal, spec: { ...minimal.spec, service } };
    expect(admit(moved).ok).toBe(true);
    expect(admit(moved, minimal)).toMatchObject({
      ok: false,
      message: expect.stringContaining('spec.service: cannot be changed'),
      causes: [{ field: 'spec.service' }],
    });
  });

  it('lets everything else of a stored policy change', () => {
    const changed = { ...minimal, spec: { ...minimal.spec, mode: 'Observe' } };
    expect(admit(changed, objectOf(admit(minimal))).ok).toBe(true);
  });

  it.each([null, 5, 'x', [], {}])('refuses what is no policy at all: %j', (raw) => {
    expect(admit(raw).ok).toBe(false);
  });
});
