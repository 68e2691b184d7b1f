/** The package's own name and version, wherever the code runs from. */
import data from '../package.json' with { type: 'json' };

export const manifest: { readonly version: string } = { version: data.version };
export const userAgent = `steadyrun/${manifest.version}`;
