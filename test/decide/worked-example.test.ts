import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { workedExample } from './worked-example.ts';

test('the page that explains the judgement shows what the judgement does', () => {
  const page = readFileSync('src/decide/judgement.md', 'utf8');
  expect(page).toContain(`\`\`\`text\n${workedExample()}\n\`\`\``);
});
