/**
 * Keeps the rules of policies in the cluster, where they ask for it. One policy after the other, in the background: no look
 * waits for it, and what it comes to is told by the next look.
 */
import { keyText, type Policy, type PolicyKey } from '../policy/policy.ts';
import type { StoredPolicy } from '../policy/stored.ts';
import type { Clock, Fence } from '../ports/clock.ts';
import { Refused } from '../ports/errors.ts';
import type { Kept, Standing } from '../ports/kept.ts';
import {
  type HeldRules,
  KindUnknown,
  NotGranted,
  type RuleKind,
  type RuleName,
  type RuleObjects,
  SetByOthers,
} from '../ports/rule-objects.ts';
import {
  failed,
  held,
  keptMs,
  leftBehind,
  nameTaken,
  noRules,
  notRemoved,
  notWritten,
  troubledMs,
} from './standing.ts';
import { askedIn, isAsWanted, isOf, kinds, nameOf, type Wanted, wantedOf } from './wanted.ts';

export interface KeeperOptions {
  readonly objects: RuleObjects;
  readonly clock: Pick<Clock, 'nowMs'>;
  /** Asked before every write. */
  readonly fence: Fence;
  /** What is to be said of a policy is another than before. */
  readonly onNews: (key: PolicyKey) => void;
  /** The policy was deleted, and nobody is left to be told by its status. */
  readonly onTrouble: (message: string) => void;
}

/** What this process knows of one policy. */
interface Page {
  readonly uid: string;
  /** Of the policy for which `standing` is said; null: none is yet. */
  generation: number | null;
  standing: Standing | null;
  dueMs: number;
  isUnderWay: boolean;
  /** The newest that was seen, perhaps while an older one was under way. */
  seenGeneration: number;
  /** Of which kinds there may be an object. */
  readonly mayBe: Set<RuleKind>;
  /** What came of the last apply, and to what: to send the same to the same once more is of no use. */
  last: { readonly to: string; readonly standing: Standing } | null;
}

export class Keeper implements Kept {
  readonly #options: KeeperOptions;
  readonly #pages = new Map<string, Page>();
  /** One policy after the other. */
  #line: Promise<void> = Promise.resolve();

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  standing(stored: StoredPolicy): Standing | null | undefined {
    const page = this.#pageOf(stored);
    if (page === undefined) return isNothing(stored) ? null : undefined;
    return page.generation === stored.generation ? page.standing : undefined;
  }

  see(stored: StoredPolicy): void {
    const { key, spec, generation } = stored;
    if (!spec.ok) return;
    const page = this.#pageOf(stored) ?? this.#pageAnew(stored);
    if (page === undefined) return;
    this.#pages.set(keyText(key), page);
    page.seenGeneration = generation;
    const isDue = page.generation !== generation || page.dueMs <= this.#options.clock.nowMs();
    // The look that is told what comes of what is under way comes back to what has changed since.
    if (page.isUnderWay || !isDue) return;
    page.isUnderWay = true;
    this.#queue(() => this.#keep(spec.policy, page));
  }

  left(key: PolicyKey): void {
    const isExpected = this.#pages.get(keyText(key))?.mayBe.has('GlobalRules') ?? false;
    this.#pages.delete(keyText(key));
    // The other kind goes with its owner. What is under way, or was written by a process before this one, is there by then.
    this.#queue(() => this.#clear(key, isExpected));
  }

  /** Something of it was taken away: its next look sees to it. */
  lost(key: PolicyKey): void {
    const page = this.#pages.get(keyText(key));
    if (page === undefined) return;
    page.last = null;
    page.dueMs = Number.NEGATIVE_INFINITY;
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    for (let line: unknown; line !== this.#line; await line) line = this.#line;
  }

  #pageOf({ key, uid }: Pick<StoredPolicy, 'key' | 'uid'>): Page | undefined {
    const page = this.#pages.get(keyText(key));
    return page?.uid === uid ? page : undefined;
  }

  /** What was made under the same name before left its objects to this one. */
  #pageAnew(stored: StoredPolicy): Page | undefined {
    const left = this.#pages.get(keyText(stored.key))?.mayBe ?? new Set();
    return isNothing(stored) && left.size === 0 ? undefined : newPage(stored, left);
  }

  #queue(work: () => Promise<void>): void {
    // A bug in one is no reason for the others to wait for ever.
    this.#line = this.#line.then(work).catch((error) => this.#options.onTrouble(failed(error).message));
  }

  async #keep(policy: Policy, page: Page): Promise<void> {
    if (this.#pageOf(policy) !== page) return;
    const before = page.generation === policy.generation ? page.standing : undefined;
    // A bug is no reason for the others to go without.
    const standing = await this.#standingOf(policy, page).catch(failed);
    const isNews =
      before === undefined || before?.message !== standing?.message || page.seenGeneration !== policy.generation;
    const afterMs = standing === null ? Number.POSITIVE_INFINITY : standing.isKept ? keptMs : troubledMs;
    page.generation = policy.generation;
    page.standing = standing;
    page.dueMs = this.#options.clock.nowMs() + afterMs;
    page.isUnderWay = false;
    if (isNews && this.#pageOf(policy) === page) this.#options.onNews(policy.key);
  }

  /** What is not asked for goes first, so that no alert is there twice. */
  async #standingOf(policy: Policy, page: Page): Promise<Standing | null> {
    const kind = policy.generate.rules;
    const wanted = kind && wantedOf(policy, kind);
    const isGiven = wanted !== null && wanted.groups.length > 0;
    const left: Standing[] = [];
    for (const other of kinds) {
      if (!page.mayBe.has(other) || (isGiven && other === kind)) continue;
      left.push(...(await this.#removed(policy, other, page)));
    }
    if (!isGiven) return left[0] ?? (kind && noRules(kind));
    const written = await this.#written(policy, wanted, page);
    return written.isKept ? (left[0] ?? written) : written;
  }

  async #written(policy: Policy, wanted: Wanted, page: Page): Promise<Standing> {
    const name = nameOf(policy, wanted.manifest.kind);
    try {
      return await this.#apply(policy, name, wanted, page);
    } catch (error) {
      const isPassing = !(error instanceof Refused) && !(error instanceof SetByOthers);
      const isKnown = page.generation === policy.generation && page.standing?.isKept;
      return isPassing && isKnown ? page.standing! : notWritten(name, error);
    }
  }

  async #apply(policy: Policy, name: RuleName, wanted: Wanted, page: Page): Promise<Standing> {
    const { objects, fence } = this.#options;
    const seen = await objects.read(name);
    if (seen && !seen.isOurs && !isOf(seen, policy.key)) return nameTaken(name);
    page.mayBe.add(name.kind);
    const to = (one: HeldRules | null): string => [policy.generation, name.kind, one?.uid, one?.resourceVersion].join();
    if (seen && isAsWanted(seen, wanted.manifest)) return held(wanted);
    if (page.last?.to === to(seen)) return page.last.standing;
    fence.check();
    try {
      const now = await objects.apply(wanted.manifest, seen);
      // What others have put beside it stays: so it is as wanted as it gets.
      page.last = { to: to(now), standing: held(wanted) };
    } catch (error) {
      // One that was not there a moment ago says nothing of the next that is not there.
      if (!(error instanceof SetByOthers) || seen === null) throw error;
      page.last = { to: to(seen), standing: notWritten(name, error) };
    }
    return page.last.standing;
  }

  /** Why it is still there, or nothing. */
  async #removed(policy: Policy, kind: RuleKind, page: Page): Promise<Standing[]> {
    const name = nameOf(policy, kind);
    try {
      await this.#remove(await this.#options.objects.read(name), policy.key);
    } catch (error) {
      if (!(error instanceof KindUnknown)) return [notRemoved(name, error)];
    }
    page.mayBe.delete(kind);
    return [];
  }

  /** Of a policy that is gone. */
  async #clear(key: PolicyKey, isExpected: boolean): Promise<void> {
    const { objects, onTrouble } = this.#options;
    const name = nameOf({ key }, 'GlobalRules');
    try {
      await this.#remove(await objects.read(name), key);
    } catch (error) {
      const isNobodys = error instanceof KindUnknown || (!isExpected && error instanceof NotGranted);
      if (!isNobodys) onTrouble(leftBehind(name, error));
    }
  }

  async #remove(seen: HeldRules | null, key: PolicyKey): Promise<void> {
    if (!seen?.isOurs || !isOf(seen, key)) return;
    this.#options.fence.check();
    await this.#options.objects.remove(seen);
  }
}

const said = ({ status }: StoredPolicy): string | undefined =>
  status.conditions?.find(({ type }) => type === 'RulesApplied')?.message;

/** It asks for nothing, and its status tells of nothing that it had asked for. */
const isNothing = (stored: StoredPolicy): boolean => askedIn(stored) === null && said(stored) === undefined;

/** The condition names the object that was, or was to be, written by a process before this one. */
const newPage = (stored: StoredPolicy, left: ReadonlySet<RuleKind>): Page => ({
  uid: stored.uid,
  generation: null,
  seenGeneration: stored.generation,
  standing: null,
  dueMs: Number.NEGATIVE_INFINITY,
  isUnderWay: false,
  mayBe: new Set(kinds.filter((kind) => left.has(kind) || said(stored)?.includes(kind))),
  last: null,
});
