import { print } from 'graphql';
import type { SubgraphSource } from '../configuration.ts';
import type { Finding } from '../findings/finding.ts';
import { parseFile } from '../parse-file.ts';
import { elementPlace, readElements, type SchemaElement } from '../revision/schema-elements.ts';

/** What the federation library adds to every subgraph by itself. */
const added = /^(_Service|_Any|_Entity|federation__\w+|link__\w+|FieldSet)(\.|$)|^\w+\._(service|entities)(\(|$)/;

/** Where the SDL that a subgraph serves is not the one that is committed for it. */
export function compareSubgraph(committed: SubgraphSource, served: string): Finding[] {
  const { name, file } = committed;
  const ours = ownElements(committed);
  const theirs = ownElements({ sdl: served, file: `${name} as served` });
  const missing = [...ours.values()].filter(({ coordinate }) => !theirs.has(coordinate));
  const surplus = [...theirs.values()].filter(({ coordinate }) => !ours.has(coordinate));
  const changed = [...ours.values()].flatMap((element) => {
    const other = theirs.get(element.coordinate);
    const [is, was] = [other && textOf(other), textOf(element)];
    return is === undefined || is === was ? [] : [{ element, is, was }];
  });
  return [
    ...outermost(missing).map((element) =>
      drift(
        element.coordinate,
        `Subgraph '${name}' does not serve '${element.coordinate}', which is committed`,
        element,
      ),
    ),
    ...outermost(surplus).map(({ coordinate }) => ({
      ...drift(coordinate, `Subgraph '${name}' serves '${coordinate}', which is not committed`),
      place: { file, line: 1 },
    })),
    ...changed.map(({ element, is, was }) =>
      drift(element.coordinate, `Subgraph '${name}' serves '${is}' where '${was}' is committed`, element),
    ),
  ];
}

function ownElements({ sdl, file }: Pick<SubgraphSource, 'sdl' | 'file'>): Map<string, SchemaElement> {
  return new Map([...readElements(parseFile(file, sdl))].filter(([coordinate]) => !added.test(coordinate)));
}

/** Of elements that are all gone or all new, those that are not within another. */
function outermost(elements: readonly SchemaElement[]): SchemaElement[] {
  const coordinates = new Set(elements.map(({ coordinate }) => coordinate));
  return elements.filter(({ coordinate }) => {
    const around = [coordinate.replace(/\(.*$/, ''), coordinate.split('.')[0] ?? ''];
    return !around.some((each) => each !== coordinate && coordinates.has(each));
  });
}

/** What an element says, in one line that does not depend on how it is written: its type, value and directives. */
function textOf({ coordinate, node, type, directives }: SchemaElement): string {
  const preset = 'defaultValue' in node && node.defaultValue ? ` = ${print(node.defaultValue as never)}` : '';
  const behind = 'interfaces' in node ? names('implements', node.interfaces) : '';
  const members = 'types' in node ? names('=', node.types) : '';
  const said = directives.map((each) => ` ${print(each)}`).sort();
  return `${coordinate}${type ? `: ${print(type)}` : ''}${preset}${behind}${members}${said.join('')}`;
}

function names(word: string, nodes: unknown): string {
  const texts = ((nodes ?? []) as { name: { value: string } }[]).map(({ name }) => name.value).sort();
  return texts.length > 0 ? ` ${word} ${texts.join(' ')}` : '';
}

function drift(subject: string, message: string, element?: SchemaElement): Finding {
  const place = element && elementPlace(element);
  const remedy = 'Deploy what is committed, or commit what is deployed, and publish the supergraph that fits.';
  return { rule: 'drift', severity: 'error', subject, message, place, remedy };
}
