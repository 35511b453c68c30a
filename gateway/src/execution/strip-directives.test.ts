import { expect, test } from '@jest/globals';
import { composeTestGraph } from '../testing/subgraphs.ts';
import { stripDirectives } from './strip-directives.ts';

test('what the planner refuses is gone from the supergraph, and all else stays', () => {
  const composed = composeTestGraph();
  expect(composed).toContain('@requiresScopes(scopes:');
  const stripped = stripDirectives(composed);
  expect(stripped).not.toContain('requiresScopes');
  for (const kept of [
    '@link(url: "https://specs.apollo.dev/join/',
    'uploadImage(input: UploadInput!)',
    '@join__type(graph: PROFILE',
  ]) {
    expect(stripped).toContain(kept);
  }
});

test('directives go by whatever prefix they are linked under', () => {
  const sdl = `
    schema @link(url: "https://specs.apollo.dev/cacheTag/v0.1") @link(url: "https://specs.apollo.dev/cost/v0.1") { query: Query }
    directive @cacheTag(format: String!) repeatable on FIELD_DEFINITION
    directive @federation__policy(policies: [[federation__Policy!]!]!) on FIELD_DEFINITION
    scalar policy__Policy
    type Query { a: Int @cacheTag(format: "x") @federation__policy(policies: []) @cost(weight: 1) }`;
  expect(stripDirectives(sdl)).not.toMatch(/cacheTag|policy/i);
  expect(stripDirectives(sdl)).toContain('@cost(weight: 1)');
});
