/** Controllers by name: ours, what it is compared with, and ours with less in its hands. */
import type { Controller } from '../controller.ts';
import { Ours, type OursOptions, type Terms } from './ours.ts';
import { Aimd, HpaLike, untuned, withinCeiling } from './peers.ts';

export const usualTerms: Terms = {
  maxSaturation: 0.8,
  maxInstances: null,
  concurrency: null,
  scalingTargetsPercent: null,
};

const ours =
  (options: Omit<OursOptions, 'terms'>) =>
  (terms: Terms): Controller =>
    new Ours({ ...options, terms });

export const controllers = {
  untuned: () => untuned,
  'untuned within the ceiling': () => withinCeiling(untuned),
  'HPA-like': () => withinCeiling(new HpaLike()),
  AIMD: () => withinCeiling(new Aimd()),
  Auto: ours({ mode: 'Auto', settableTargets: true }),
  'Auto without targets': ours({ mode: 'Auto', settableTargets: false }),
  ServiceLevel: ours({ mode: 'ServiceLevel', settableTargets: true }),
} satisfies Readonly<Record<string, (terms: Terms) => Controller>>;

export type ControllerName = keyof typeof controllers;
export const controllerNames = Object.keys(controllers) as readonly ControllerName[];
