/** The evidence as a table: a line an objective. */
import { countText, oddsText, percentText } from '../decide/words.ts';
import type { Status } from '../status/status.ts';
import { fitted, givingWay } from './fit.ts';

type Row = NonNullable<Status['objectives']>[number];

/** A heading and a line an objective; nothing where nothing was judged yet. What has no room is what the sentences say, too. */
export function objectives(status: Status, columns = Number.POSITIVE_INFINITY): string[] {
  const { objectives: rows = [] } = status;
  if (rows.length === 0) return [];
  const [judged, beside] = isOfPromoted(status) ? ['PROMOTED', 'LAST GOOD'] : ['CANDIDATE', 'STABLE'];
  const figures = [`BAD IN ${judged}`, `BAD IN ${beside}`, 'LIMIT'];
  const table = {
    heading: ['OBJECTIVE', ...figures, 'ODDS', 'VERDICT'],
    rows: rows.map((row) => [
      row.name,
      badText(row.candidatePercent, row.candidateTotal),
      badText(row.stablePercent, row.stableTotal),
      percentText(row.limitPercent / 100),
      oddsText(row.odds),
      verdictText(row),
    ]),
    right: figures,
  };
  return fitted(givingWay(table, ['ODDS', 'LIMIT', figures[1]!]), columns).lines;
}

/** A status of long ago does not say of which revisions its figures are. */
const isOfPromoted = ({ compared, rollout, guard }: Status): boolean =>
  compared ? compared.as === 'Promoted' : !rollout && guard !== undefined;

const badText = (percent: number | undefined, total: number): string =>
  percent === undefined ? 'no data' : `${percentText(percent / 100)} of ${countText(total)}`;

const marks: Record<Row['verdict'], string> = { Healthy: '✔', Breaching: '✖', Unknown: '?' };

const verdictText = ({ verdict, reason, gate }: Row): string =>
  `${marks[verdict]} ${reason ?? verdict}${gate ? '' : ', not gating'}`;
