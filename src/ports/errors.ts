/** The four ways in which a dependency fails, told apart because a caller does something else for each. */

/** The resource changed since it was read. */
export class Conflict extends Error {}
/** The write may or may not have been applied; read again before doing anything. */
export class OutcomeUnknown extends Error {}
/** Refused in a way that trying again cannot cure: permissions, an invalid request. */
export class Refused extends Error {}
/** Refused since the region's quota bears fewer instances. */
export class QuotaExceeded extends Refused {
  /** The most that it bears. */
  readonly maxInstances: number;

  constructor(message: string, maxInstances: number, options?: ErrorOptions) {
    super(message, options);
    this.maxInstances = maxInstances;
  }
}
/** Refused since what the autoscaler aims at cannot be set there. */
export class TargetsNotSettable extends Refused {}
/** The dependency failed in a passing way. */
export class Unavailable extends Error {}
