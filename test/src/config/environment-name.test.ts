import { expect, it } from 'vitest';
import { isProduction } from '../../../src/config/environment-name.ts';

it.each(['sandbox', 'staging', 'Staging-EU', 'dev2', 'test', 'local', 'qa_west'])(
  '%s is harmless',
  (name) => {
    expect(isProduction(name)).toBe(false);
  },
);

it.each(['production', 'PROD', 'prod-test', 'live-staging', 'eu-west-1', 'customers', 'tests-r-us'])(
  '%s counts as production',
  (name) => {
    expect(isProduction(name)).toBe(true);
  },
);
