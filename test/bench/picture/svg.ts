/** What the pictures have in common: a light and a dark set of colours, words, and the frame. */

export interface Colours {
  readonly ground: string;
  readonly text: string;
  readonly faint: string;
  readonly untuned: string;
  readonly tuned: string;
}

export const colours = {
  light: { ground: '#ffffff', text: '#1f2328', faint: '#d1d9e0', untuned: '#bc4c00', tuned: '#0969da' },
  dark: { ground: '#0d1117', text: '#e6edf3', faint: '#3d444d', untuned: '#f0883e', tuned: '#58a6ff' },
} as const satisfies Record<string, Colours>;

interface TextStyle {
  readonly ink: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly weight?: number;
}

export const text = (x: number, y: number, words: string, { ink, anchor = 'start', weight = 400 }: TextStyle): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="${ink}" text-anchor="${anchor}" font-weight="${weight}">${words}</text>`;

export const document = (
  { width, height }: { readonly width: number; readonly height: number },
  label: string,
  body: readonly string[],
  { ground }: Colours,
): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}" font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="14">`,
    `<rect width="${width}" height="${height}" fill="${ground}"/>`,
    ...body,
    '</svg>',
    '',
  ].join('\n');
