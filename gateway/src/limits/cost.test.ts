import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from '@atrium/service-kit';
import { composeConfiguration } from '@atrium/supergraph';
import { costOf, readCosts } from '@atrium/supergraph/costs';
import { expect, test } from '@jest/globals';
import { buildSchema, getOperationAST, getVariableValues, parse } from 'graphql';
import { limitCost } from './cost.ts';
import { limitSettings } from './settings.ts';

const root = join(import.meta.dirname, '../../..');
const folder = join(root, 'operations');
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.graphql') ? [file.slice(0, -8)] : []));

test('the example operations cost a third of what they may, at most', async () => {
  const settings = readSettings(limitSettings, {});
  const { supergraphSdl } = await composeConfiguration(join(root, 'supergraph.yaml'));
  const schema = buildSchema(supergraphSdl, { assumeValidSDL: true });
  const costs = readCosts(supergraphSdl);
  for (const name of names) {
    const document = parse(readFileSync(join(folder, `${name}.graphql`), 'utf8'));
    const given = JSON.parse(readFileSync(join(folder, `${name}.variables.json`), 'utf8')) as Record<string, unknown>;
    const operation = getOperationAST(document);
    if (!operation) throw new Error(`${name} holds no operation`);
    const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
    const options = { costs, listSize: settings.operationListSize };
    const found = costOf(operation, document, schema, options)(coerced ?? {});
    expect(found).toBeGreaterThan(0);
    expect(limitCost(found * 3, settings)).toBeUndefined();
  }
});
