/** What v1 says by annotations on a service or on its template, and v2 in fields of its own. */

export const serviceScaling = {
  minInstanceCount: 'run.googleapis.com/minScale',
  maxInstanceCount: 'run.googleapis.com/maxScale',
  manualInstanceCount: 'run.googleapis.com/manualInstanceCount',
} as const;

export const scalingModeAnnotation = 'run.googleapis.com/scalingMode';

export const templateScaling = {
  minInstanceCount: 'autoscaling.knative.dev/minScale',
  maxInstanceCount: 'autoscaling.knative.dev/maxScale',
} as const;

export const ingressAnnotation = 'run.googleapis.com/ingress';
export const ingressStatusAnnotation = 'run.googleapis.com/ingress-status';

export const ingresses: Readonly<Record<string, string>> = {
  all: 'INGRESS_TRAFFIC_ALL',
  internal: 'INGRESS_TRAFFIC_INTERNAL_ONLY',
  'internal-and-cloud-load-balancing': 'INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER',
  none: 'INGRESS_TRAFFIC_NONE',
};

export const launchStageAnnotation = 'run.googleapis.com/launch-stage';
export const clientAnnotations = {
  client: 'run.googleapis.com/client-name',
  clientVersion: 'run.googleapis.com/client-version',
} as const;

/** Only Cloud Run writes these; a client sends them back as it read them. */
export const outputAnnotations: readonly string[] = [
  'serving.knative.dev/creator',
  'serving.knative.dev/lastModifier',
  ingressStatusAnnotation,
  'run.googleapis.com/operation-id',
  'run.googleapis.com/urls',
];

export const locationLabel = 'cloud.googleapis.com/location';
