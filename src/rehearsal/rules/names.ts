/** What the rules are called: by themselves, so that a help text need not load them. */
export const ruleNames = [
  'steadyrun',
  'cloud-run-release-manager',
  'flagger',
  'flagger-slo',
  'argo-rollouts',
  'mann-whitney',
  'alert-policy',
] as const;
