/** All panels of a policy, in the order of their sections. */
import type { Policy } from '../../policy/policy.ts';
import { objectivePanels } from './objectives.ts';
import { operationPanels } from './operation.ts';
import { type Panel, type Section, sections } from './panel.ts';

export interface PanelsInSection {
  readonly section: Section;
  readonly title: string;
  readonly panels: readonly Panel[];
}

export function panelsOf(policy: Policy): readonly PanelsInSection[] {
  const all = [...objectivePanels(policy), ...operationPanels(policy)];
  return sections.map((section) => ({
    section,
    title: titles[section],
    panels: all.filter((panel) => panel.section === section),
  }));
}

const titles: Readonly<Record<Section, string>> = {
  Budget: 'Error budgets',
  Burn: 'Burn rates',
  Revisions: 'Canary beside stable',
  Saturation: 'Saturation',
  Rollout: 'Rollout',
};
