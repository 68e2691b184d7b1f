/** Objects of the cluster that hold a policy's rules, of whichever kind. */
import type { GeneratedKept } from '../policy/policy.ts';
import { Conflict, Refused } from './errors.ts';

export type RuleKind = NonNullable<GeneratedKept['rules']>;

/** As it is applied. */
export interface RuleManifest {
  readonly apiVersion: string;
  readonly kind: RuleKind;
  readonly metadata: {
    readonly name: string;
    /** Of a kind that belongs to one. */
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly OwnerReference[];
  };
  readonly spec: object;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

export interface RuleName {
  readonly kind: RuleKind;
  readonly name: string;
  readonly namespace?: string;
}

/** As the cluster holds it. */
export interface HeldRules extends RuleName {
  readonly uid: string;
  readonly resourceVersion: string;
  /** This operator has applied it, by the server's own books; others may have had a hand in it, too. */
  readonly isOurs: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly ownerReferences: readonly OwnerReference[];
  readonly spec: unknown;
}

/** What each method throws: one of these, or what is in errors.ts. */
export interface RuleObjects {
  /** null: it does not exist. */
  read(name: RuleName): Promise<HeldRules | null>;
  /** All that say they are this operator's, a page at a time. */
  list(kind: RuleKind): AsyncIterable<readonly HeldRules[]>;
  /**
   * Makes it what is given, but for what others have put beside it; SetByOthers where they have set the same otherwise. `seen`
   * is what was read: a Conflict says that it is not that any more. null: it does not exist.
   */
  apply(manifest: RuleManifest, seen: HeldRules | null): Promise<HeldRules>;
  /** Conflict: it is not what was seen any more. One that is gone already is none. */
  remove(seen: HeldRules): Promise<void>;
}

/** The cluster has no objects of this kind. */
export class KindUnknown extends Refused {}

/** The operator is not granted the call. */
export class NotGranted extends Refused {}

/** Fields that others have set, and otherwise. */
export class SetByOthers extends Conflict {
  readonly managers: readonly string[];
  readonly fields: readonly string[];

  constructor(message: string, by: Pick<SetByOthers, 'managers' | 'fields'>, options?: ErrorOptions) {
    super(message, options);
    this.managers = by.managers;
    this.fields = by.fields;
  }
}
