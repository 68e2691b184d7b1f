/**
 * Two policies must not steer one service: the older one does, the other says so. Kept by every change of the policies, so
 * that a look asks in a step, however many there are. What could be obeyed last of each is kept with it: an edit that cannot
 * be gives nothing up.
 */
import { serviceText } from '../facts/service.ts';
import { keyText, type Policy, type PolicyKey } from '../policy/policy.ts';
import { governing, type StoredPolicy } from '../policy/stored.ts';

interface Claim {
  readonly key: PolicyKey;
  readonly uid: string;
  readonly createdAtMs: number;
}

interface Claimants {
  readonly all: Map<string, Claim>;
  oldest: Claim;
}

export class Claims {
  readonly #claimants = new Map<string, Claimants>();
  readonly #serviceOf = new Map<string, string>();
  readonly #obeyed = new Map<string, Policy>();

  /** A policy came, changed or went (undefined). */
  changed(key: PolicyKey, stored: StoredPolicy | undefined): void {
    const text = keyText(key);
    if (stored?.spec.ok) this.#obeyed.set(text, stored.spec.policy);
    else if (!stored || this.#obeyed.get(text)?.uid !== stored.uid) this.#obeyed.delete(text);
    const service = stored && this.#guarded(stored);
    const before = this.#serviceOf.get(text);
    // Most changes are of the status: who came first among many is not asked again for them.
    if (stored && service !== undefined && service === before && this.#claims(service, text, stored)) return;
    if (before !== undefined) this.#leave(before, text);
    if (!stored || service === undefined) {
      this.#serviceOf.delete(text);
      return;
    }
    this.#serviceOf.set(text, service);
    this.#enter(service, text, { key, uid: stored.uid, createdAtMs: stored.createdAtMs });
  }

  /** What is obeyed of a policy. null: nothing. */
  governing(stored: StoredPolicy): Policy | null {
    return governing(stored, this.#obeyed.get(keyText(stored.key)));
  }

  /** The policy that guards the same service and came first, if there is one. */
  older(stored: StoredPolicy): PolicyKey | undefined {
    const { uid, createdAtMs } = stored;
    const service = this.#guarded(stored);
    const oldest = service === undefined ? undefined : this.#claimants.get(service)?.oldest;
    return oldest && oldest.uid !== uid && isBefore(oldest, { uid, createdAtMs }) ? oldest.key : undefined;
  }

  /** A policy that could never be obeyed guards nothing. */
  #guarded(stored: StoredPolicy): string | undefined {
    const policy = this.governing(stored);
    return policy ? serviceText(policy.service) : undefined;
  }

  #claims(service: string, text: string, { uid, createdAtMs }: Age): boolean {
    const claim = this.#claimants.get(service)?.all.get(text);
    return claim?.uid === uid && claim.createdAtMs === createdAtMs;
  }

  #enter(service: string, text: string, claim: Claim): void {
    const claimants = this.#claimants.get(service);
    if (!claimants) {
      this.#claimants.set(service, { all: new Map([[text, claim]]), oldest: claim });
      return;
    }
    claimants.all.set(text, claim);
    if (isBefore(claim, claimants.oldest)) claimants.oldest = claim;
  }

  #leave(service: string, text: string): void {
    const claimants = this.#claimants.get(service)!;
    const left = claimants.all.get(text);
    claimants.all.delete(text);
    if (claimants.all.size === 0) this.#claimants.delete(service);
    else if (left === claimants.oldest) {
      claimants.oldest = [...claimants.all.values()].reduce((a, b) => (isBefore(b, a) ? b : a));
    }
  }
}

type Age = Pick<Claim, 'uid' | 'createdAtMs'>;

const isBefore = (a: Age, b: Age): boolean =>
  a.createdAtMs < b.createdAtMs || (a.createdAtMs === b.createdAtMs && a.uid < b.uid);
