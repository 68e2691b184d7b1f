/** What the conditions say of how full the instances are, and of what is tuned: derived from what the status shows. */
import { resources, saturationText } from '../facts/saturation.ts';
import { type BlockFacts, blockFacts } from '../facts/tuning.ts';
import type { Status } from '../status/status.ts';
import type { Lever, Saturation } from '../status/tuning.ts';

/** A condition of this type, and whether it is so. */
export interface Found {
  readonly type:
    | 'SaturationWithinTarget'
    | 'LogsReadable'
    | 'TuningReady'
    | 'CeilingReached'
    | 'ConnectionCeilingExceeded'
    | 'TuningExternallyManaged';
  readonly is: boolean;
  readonly reason: string;
  readonly message: string;
}

/** `connectable`: as many instances as what they all connect to bears; null: as many as there may be. */
export function saturatedOrNot({ saturation, tuning, tuner }: Status, connectable: number | null): Found[] {
  const levers = tuning?.levers ?? [];
  return [
    ...(saturation ? ofSaturation(saturation) : []),
    ...(tuning && tuner?.logsUnread ? [ofLogs(tuner.logsUnread)] : []),
    ...(tuning && tuning.mode !== 'Off' ? [readiness(levers)] : []),
    ...blocked(levers, 'Ceiling', 'CeilingReached'),
    ...exceeded(levers, connectable),
    ...blocked(levers, 'AnotherHand', 'TuningExternallyManaged').map((one) => ({
      ...one,
      reason: 'TuningExternallyManaged',
    })),
  ];
}

function ofSaturation(saturation: Saturation): Found[] {
  const known = resources.filter((resource) => saturation[resource] !== undefined);
  if (known.length === 0) return [];
  const over = known.filter((resource) => saturation[resource]?.sustained);
  const type = 'SaturationWithinTarget';
  if (over.length === 0) {
    return [{ type, is: true, reason: 'WithinTarget', message: 'The instances have room.' }];
  }
  const said = over.map((resource) => `${saturationText(resource)} ${saturation[resource]?.percent} %`);
  const message = `The instance at the 95th percentile has been over the limit for 5 minutes or longer: ${said.join(', ')}.`;
  return [{ type, is: false, reason: 'Saturated', message }];
}

const ofLogs = (why: string): Found => ({
  type: 'LogsReadable',
  is: false,
  reason: 'LogsNotReadable',
  message: `Instances that are killed for want of memory are in no metric, and the logs cannot be read: ${why} Grant the operator roles/logging.viewer, if that is to be seen.`,
});

/** Nothing is in the way that somebody could take out of it. */
function readiness(levers: readonly Lever[]): Found {
  const [found] = blocked(levers, 'InTheWay', 'TuningReady');
  if (found) return { ...found, is: false };
  return { type: 'TuningReady', is: true, reason: 'NothingInTheWay', message: 'Nothing is in the way of tuning.' };
}

/** More instances are allowed than can connect. */
function exceeded(levers: readonly Lever[], connectable: number | null): Found[] {
  const above = levers.filter(
    ({ reason, current = 0 }) => reason === 'AboveCeiling' && connectable !== null && current > connectable,
  );
  if (above.length === 0) return [];
  return [{ type: 'ConnectionCeilingExceeded', is: true, reason: 'AboveCeiling', message: sentences(above) }];
}

function blocked(levers: readonly Lever[], is: BlockFacts['is'], type: Found['type']): Found[] {
  const hit = levers.filter(({ blockedBy }) => blockedBy.some((word) => blockFacts(word)?.is === is));
  const reason = hit[0]?.blockedBy.find((word) => blockFacts(word)?.is === is);
  return reason === undefined ? [] : [{ type, is: true, reason, message: sentences(hit) }];
}

const sentences = (levers: readonly Lever[]): string => [...new Set(levers.map(({ message }) => message))].join(' ');

/** The fullest resource, in the few letters that a column has. */
export function worstText(saturation: Saturation): string | undefined {
  const known = resources.flatMap((resource) => {
    const full = saturation[resource];
    return full ? [{ resource, percent: full.percent }] : [];
  });
  const worst = known.toSorted((a, b) => b.percent - a.percent)[0];
  return worst && `${shortNames[worst.resource]} ${worst.percent} %`;
}

const shortNames = { cpu: 'cpu', memory: 'mem', concurrency: 'conc' } as const;
