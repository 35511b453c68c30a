/** Names of variables that fetches have for themselves. */
const reservedVariable = /^(representations|contextualArgument_.*|as_.*)$/;

/** How a variable is called in the plan. */
export function planVariable(name: string): string {
  return reservedVariable.test(name) ? `as_${name}` : name;
}

/** The client's name of a variable of the plan. */
export function clientVariable(name: string): string {
  return name.startsWith('as_') ? name.slice('as_'.length) : name;
}
