/** What an SLOPolicy is to Kubernetes: its group, its kind, and the annotations that are ours. */
import type { Requests } from './policy.ts';

export const group = 'steadyrun.dev';
export const version = 'v1alpha1';
export const apiVersion = `${group}/${version}`;
export const kind = 'SLOPolicy';
export const plural = 'slopolicies';

/** The annotations by which people ask something of a policy. */
export const requestAnnotations = {
  paused: `${group}/paused`,
  promote: `${group}/promote`,
  abort: `${group}/abort`,
  retry: `${group}/retry`,
} as const satisfies Record<keyof Requests, string>;

/** By which the address of a postmortem is given. */
export const postmortemAnnotation = `${group}/postmortem`;

/** On a revision or a service of Cloud Run: why its rollout may begin although the error budget is spent. */
export const exemptAnnotation = `${group}/freeze-exempt`;
