import { type DirectiveNode, Kind } from 'graphql';
import { type Amount, product } from './amount.ts';

/** Whether a selection is taken, by its `@skip` and `@include`: 1, 0, or what the variables say. */
export function taken(directives: readonly DirectiveNode[] | undefined): Amount {
  let whether: Amount = 1;
  for (const { name, arguments: given } of directives ?? []) {
    if (name.value !== 'skip' && name.value !== 'include') continue;
    const wanted = name.value === 'include';
    const value = given?.find((argument) => argument.name.value === 'if')?.value;
    if (value?.kind === Kind.BOOLEAN) whether = product(whether, value.value === wanted ? 1 : 0);
    if (value?.kind === Kind.VARIABLE) {
      const variable = value.name.value;
      whether = product(whether, (variables) => (variables[variable] === wanted ? 1 : 0));
    }
  }
  return whether;
}
