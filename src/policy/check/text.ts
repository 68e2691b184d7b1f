/** What a file holds has to be text before it can be anything else. */

export type Text =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string; readonly hint: string };

const hint = 'give YAML or JSON in UTF-8';

export function textIn(bytes: Uint8Array): Text {
  if (bytes.includes(0)) return { ok: false, message: 'is binary, not text', hint };
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { ok: false, message: 'is not UTF-8 text', hint };
  }
}
