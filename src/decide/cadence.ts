/** How often to look. */
export const cadence = {
  steadyMs: 30_000,
  observingMs: 300_000,
  rolloutMs: 15_000,
  guardMs: 60_000,
  settlingMs: 5_000,
} as const;
