/** What becomes of every shape that the documentation of the three tools shows; read beside the files in examples/. */
export interface Expected {
  readonly name: string;
  /** Service, name, target, what is counted, window. */
  readonly objectives: readonly string[];
  /** Line and path; without "note" it is why an SLO was lost. */
  readonly told: readonly string[];
}

export const expected: readonly Expected[] = [
  {
    name: 'openslo/composite.yaml',
    objectives: ['web-shop: way-of-an-order-cart 99 % of Ratio over 30 d'],
    told: ['14 note spec.objectives[0].compositeWeight', '24 spec.objectives[1].indicatorRef'],
  },
  {
    name: 'openslo/inline.yaml',
    objectives: ['payments: rejected-payments 98 % of Ratio over 30 d'],
    told: [],
  },
  {
    name: 'openslo/other-source.yaml',
    objectives: [],
    told: [
      '16 spec.indicator.spec.ratioMetric.good.metricSource.type',
      '22 spec.indicator.spec.ratioMetric.total.metricSource.type',
    ],
  },
  {
    name: 'openslo/ratio-timeslices.yaml',
    objectives: [],
    told: ['25 spec.budgetingMethod', '28 note spec.objectives[0].op'],
  },
  {
    name: 'openslo/raw.yaml',
    objectives: ['payments: payments-good 99 % of Ratio over a Quarter in Europe/Berlin'],
    told: ['5 note metadata.labels', '46 spec.indicator.spec.ratioMetric.raw.metricSource.spec.query'],
  },
  {
    name: 'openslo/threshold-sql.yaml',
    objectives: [],
    told: ['22 spec.indicator.spec.thresholdMetric.metricSource.metricSourceRef'],
  },
  {
    name: 'openslo/threshold.yaml',
    objectives: ['web-shop: search-time 95 % of Latency 500 ms over 14 d'],
    told: ['26 note spec.objectives[0].target'],
  },
  {
    name: 'openslo/timeslices.yaml',
    objectives: ['web-shop: shop-is-open-contract 99 % of Ratio in slices of 1 min over a Month in America/New_York'],
    told: [
      '25 note spec.timeWindow[0].duration',
      '28 note spec.timeWindow[0].calendar.startTime',
      '33 note spec.objectives[0].op',
      '35 spec.objectives[0].timeSliceTarget',
    ],
  },
  {
    name: 'openslo/v1alpha-list.yaml',
    objectives: ['accounts: accounts-answer 99 % of Ratio in slices of 5 min over a Month in UTC'],
    told: ['44 [2].spec.indicator.thresholdMetric.query'],
  },
  {
    name: 'openslo/v1alpha.yaml',
    objectives: [
      'catalog: catalog-latency-1 99 % of Latency 400 ms over 30 d',
      'catalog: catalog-latency-2 99.9 % of Latency 5000 ms over 30 d',
    ],
    told: [],
  },
  {
    name: 'openslo/v2alpha.yaml',
    objectives: [
      'payments: payments-answer 98 % of Ratio over 28 d',
      'payments: payments-fast 99 % of Latency 800 ms over 28 d',
    ],
    told: ['15 note metadata.labels.team', '64 note spec.objectives[0].target'],
  },
  {
    name: 'openslo/week.yaml',
    objectives: [],
    told: ['23 spec.timeWindow[0]', '31 note spec.objectives[0].op', '33 spec.objectives[0].timeSliceTarget'],
  },
  {
    name: 'openslo/whole.yaml',
    objectives: [
      'payments: payments-succeed-internal 99.95 % of Ratio over 28 d',
      'payments: payments-succeed-contract 99.9 % of Ratio over 28 d',
    ],
    told: [
      '5 note metadata.displayName',
      '7 note spec.description',
      '17 note spec.connectionDetails.token',
      '41 note',
      '55 note',
      '62 note',
      '80 note metadata.labels.team',
      '99 note spec.alertPolicies',
    ],
  },
  {
    name: 'sloth/events.yaml',
    objectives: ['checkout: orders-available 99.9 % of Ratio over 30 d'],
    told: ['16 note slos[0].alerting'],
  },
  {
    name: 'sloth/gauges.yaml',
    objectives: [],
    told: ['9 slos[0].sli.events.error_query', '10 slos[0].sli.events.total_query', '11 note slos[0].alerting'],
  },
  {
    name: 'sloth/kubernetes.yaml',
    objectives: ['checkout: orders-available 99.9 % of Ratio over 30 d'],
    told: ['22 note spec.slos[0].alerting'],
  },
  {
    name: 'sloth/latency.yaml',
    objectives: [
      'catalog: answers 99.9 % of Ratio over 30 d',
      'catalog: fast-answers 99 % of Latency 400 ms over 30 d',
    ],
    told: [
      '9 note slos[0].labels.category',
      '14 note slos[0].alerting',
      '24 note slos[1].labels.category',
      '34 note slos[1].alerting',
    ],
  },
  {
    name: 'sloth/other-language.yaml',
    objectives: [],
    told: ['13 slos[0].sli.events.error_query', '14 slos[0].sli.events.total_query', '15 note slos[0].alerting'],
  },
  {
    name: 'sloth/plugin.yaml',
    objectives: [],
    told: ['7 slos[0].sli.plugin', '12 note slos[0].alerting'],
  },
  {
    name: 'sloth/raw.yaml',
    objectives: ['office-wifi: logins 99 % of Ratio over 30 d', 'office-wifi: drops 99 % of Ratio over 30 d'],
    told: ['8 slos[0].sli.raw.error_ratio_query', '14 note slos[0].alerting', '37 slos[3].sli.raw.error_ratio_query'],
  },
  {
    name: 'sloth/slo-plugins.yaml',
    objectives: ['checkout: orders-available 99.9 % of Ratio over 30 d'],
    told: ['3 note slo_plugins', '12 note slos[0].plugins'],
  },
  {
    name: 'sloth/two-services.yaml',
    objectives: ['checkout: orders-available 99.9 % of Ratio over 30 d', 'search: answers 99.99 % of Ratio over 30 d'],
    told: ['22 note slos[0].alerting'],
  },
  {
    name: 'sloth/windows.yaml',
    objectives: [],
    told: ['1 note', '1'],
  },
  {
    name: 'pyrra/alerting.yaml',
    objectives: ['search: search-errors 99.9 % of Ratio over 28 d'],
    told: [
      '8 note spec.performanceOverAccuracy',
      '9 note spec.partial_response_strategy',
      '10 note spec.ruleOutput',
      '13 note spec.alerting',
    ],
  },
  {
    name: 'pyrra/grpc.yaml',
    objectives: ['search: store-errors 99.5 % of Ratio over 7 d'],
    told: [],
  },
  {
    name: 'pyrra/ingress.yaml',
    objectives: [
      'search: ingress-errors 99.9 % of Ratio over 28 d',
      'search: ingress-latency 90 % of Latency 1000 ms over 28 d',
    ],
    told: ['7 note metadata.labels.prometheus'],
  },
  {
    name: 'pyrra/latency.yaml',
    objectives: ['search: search-latency 90 % of Latency 50 ms over 28 d'],
    told: [],
  },
  {
    name: 'pyrra/list.yaml',
    objectives: ['search: search-errors 99.9 % of Ratio over 30 d'],
    told: ['24 note items[1].kind'],
  },
  {
    name: 'pyrra/native.yaml',
    objectives: ['search: search-latency 99 % of Latency 200 ms over 14 d'],
    told: ['14 note spec.indicator.latencyNative.grouping'],
  },
  {
    name: 'pyrra/probe.yaml',
    objectives: [],
    told: ['9 spec.indicator.bool_gauge', '11 note spec.indicator.bool_gauge.grouping'],
  },
  {
    name: 'pyrra/ratio.yaml',
    objectives: ['search: search-errors 99 % of Ratio over 14 d'],
    told: ['21 note spec.indicator.ratio.grouping'],
  },
  {
    name: 'pyrra/two-metrics.yaml',
    objectives: ['search: sync-errors 99 % of Ratio over 7 d'],
    told: [],
  },
];
