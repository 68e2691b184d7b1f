/** Events of the new kind as the old one, which kubectl asks for. */
import { type ApiObject, child } from './object.ts';

/** An events.k8s.io/v1 event as the core API shows it: the same object under older names. */
export function asCoreEvent(event: ApiObject): ApiObject {
  const { regarding, note, reportingController, reportingInstance, series, apiVersion: _newer, ...rest } = event;
  const seen = child(event, 'series').lastObservedTime ?? event.eventTime;
  return {
    ...rest,
    apiVersion: 'v1',
    kind: 'Event',
    metadata: event.metadata,
    involvedObject: regarding ?? {},
    message: note ?? '',
    reportingComponent: reportingController ?? '',
    reportingInstance: reportingInstance ?? '',
    source: { component: reportingController ?? '' },
    firstTimestamp: event.deprecatedFirstTimestamp ?? event.eventTime ?? null,
    lastTimestamp: event.deprecatedLastTimestamp ?? seen ?? null,
    count: child(event, 'series').count ?? 1,
    ...(series === undefined ? {} : { series }),
  };
}
