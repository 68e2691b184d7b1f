/** Whose account a change is made with: Google names an e-mail address, the operator's own service account or a person's. */

const operators = 'steadyrun@acme.iam.gserviceaccount.com';

/** `by` is who is said to have made the change: `operator`, or the user agent of somebody else. */
export function accountOf(by: string): string {
  if (by === 'operator') return operators;
  const name = by.toLowerCase().match(/[a-z0-9]+/)?.[0] ?? 'someone';
  return `${name}@example.com`;
}
