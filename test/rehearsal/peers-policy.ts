/** The policy on which the peers are compared: 99.9 % of the requests without 5xx, p95 below 300 ms. */
import { availability, latency, validPolicy } from '../policy/valid.ts';

const disconnects = {
  name: 'disconnects',
  targetPercent: 98,
  indicator: { ratio: { bad: 'ws_disconnects_total', total: 'ws_connections_total' } },
};

export const comparedPolicy = validPolicy([availability, latency]);
export const policyWithDisconnects = validPolicy([availability, latency, disconnects]);
export const policyShowingErrors = validPolicy([{ ...availability, gate: false }, latency]);
