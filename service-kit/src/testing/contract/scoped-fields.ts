import type { Shape } from '../../contract-file.ts';
import { detailed } from './check-answer.ts';

type Fields = Readonly<Record<string, Shape>>;

/** Every scope that some field of an answer names. */
export function scopesIn(fields: Fields): string[] {
  const found = Object.values(fields).flatMap((shape): string[] => {
    const { scopes = [], fields: own = {}, on = {} } = detailed(shape);
    return [...scopes.flat(), ...scopesIn(own), ...Object.values(on).flatMap(scopesIn)];
  });
  return [...new Set(found)];
}

/** The places where an answer shows what needs scopes that its reader lacks. */
export function shownWithoutScope(fields: Fields, data: unknown, held: readonly string[], place = ''): string[] {
  if (Array.isArray(data)) return data.flatMap((item, i) => shownWithoutScope(fields, item, held, `${place}.${i}`));
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(fields).flatMap(([key, shape]): string[] => {
    const value = (data as Record<string, unknown>)[key] ?? null;
    const at = place === '' ? key : `${place}.${key}`;
    if (value === null) return [];
    const { scopes, fields: own = {}, on = {} } = detailed(shape);
    const met = !scopes || scopes.some((set) => set.every((scope) => held.includes(scope)));
    return met ? shownWithoutScope(Object.assign({}, own, ...Object.values(on)), value, held, at) : [at];
  });
}
