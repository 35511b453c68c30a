import { list, type Setting } from '@atrium/service-kit';
import { z } from 'zod';
import type { DayPart } from './domain/quiet-hours.ts';

/** The providers of a channel, the preferred one first; `none` for a channel without any. */
export function providers<const Name extends string>(
  env: string,
  channel: string,
  names: readonly Name[],
): Setting<Name[]> {
  const meaning = `who carries ${channel}, of ${names.join(', ')}; the preferred one first, the others stand in for it. none lets it fail`;
  const { schema, ...setting } = list<Name | 'none'>(env, meaning, z.enum([...names, 'none']), 'developer-inbox');
  return {
    ...setting,
    schema: schema
      .refine((chosen) => new Set(chosen).size === chosen.length, 'must name each provider once')
      .refine((chosen) => chosen.length === 1 || !chosen.includes('none'), 'none must stand alone')
      .transform((chosen) =>
        names.filter((name) => chosen.includes(name)).sort((a, b) => chosen.indexOf(a) - chosen.indexOf(b)),
      ),
  };
}

/** Numbers by name: `sendgrid=20,developer-inbox=100`. */
export function numbersByName(env: string, meaning: string): Setting<ReadonlyMap<string, number>> {
  const pair = z
    .string()
    .regex(/^[a-z-]+=[1-9]\d{0,5}$/, 'must be pairs such as sendgrid=20')
    .transform((text) => {
      const [name = '', number] = text.split('=');
      return [name, Number(number)] as const;
    });
  const { schema, ...setting } = list(env, meaning, pair);
  return { ...setting, schema: schema.transform((pairs) => new Map(pairs)) };
}

/** `21:00-08:00` as minutes after midnight, and `none` as null. */
export const dayPartText: z.ZodType<DayPart | null, string> = z
  .string()
  .regex(/^(none|([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)$/, 'must be hours such as 21:00-08:00, or none')
  .transform((text) => {
    const [from, to] = text.split('-').map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
    return from === undefined || to === undefined ? null : { from, to };
  });

/** A part of each day. */
export function dayPart(env: string, meaning: string, fallback: string): Setting<DayPart | null> {
  return { env, meaning, schema: dayPartText as z.ZodType<DayPart | null>, fallback };
}

/** Parts of each day by country: `IN=21:00-10:00,US=none`. */
export function dayPartsByCountry(env: string, meaning: string): Setting<ReadonlyMap<string, DayPart | null>> {
  const pair = z
    .string()
    .regex(/^[A-Z]{2}=/, 'must be pairs such as IN=21:00-10:00')
    .transform((text) => [text.slice(0, 2), text.slice(3)] as const)
    .pipe(z.tuple([z.string(), dayPartText]));
  const { schema, ...setting } = list(env, meaning, pair);
  return { ...setting, schema: schema.transform((pairs) => new Map(pairs)) };
}
