/** The tests that need a real server; all others need nothing but `npm ci` (but see ../whole.ts). */
export const realTests = ['test/**/*.real.test.ts', 'test/**/*.kubernetes.test.ts'];
