import { base, Faker } from '@faker-js/faker';
import sharp from 'sharp';
import type { Sex } from './communities.ts';

/** A picture as it is uploaded. */
export interface Picture {
  bytes: Buffer;
  /** The media type: image/jpeg. */
  type: string;
  fileName: string;
}

const sizePixels = 400;

// One thread a picture: several pictures are drawn at once.
sharp.concurrency(1);

/** Draws somebody's portrait; the same `key` gives the same one. JPEG mostly, WebP and PNG now and then. */
export async function drawPortrait({ key, sex }: { key: string; sex: Sex }): Promise<Picture> {
  const faker = seededBy(key);
  const canvas = sharp(Buffer.from(portraitSvg(faker, sex))).removeAlpha();
  const kind = faker.helpers.weightedArrayElement([
    { weight: 6, value: 'jpeg' as const },
    { weight: 2, value: 'webp' as const },
    { weight: 1, value: 'png' as const },
  ]);
  const encoded = {
    jpeg: () => canvas.jpeg({ quality: 88 }),
    webp: () => canvas.webp({ quality: 85, effort: 2 }),
    png: () => canvas.png({ palette: true, effort: 2 }),
  };
  return { bytes: await encoded[kind]().toBuffer(), type: `image/${kind}`, fileName: `portrait.${kind}` };
}

function seededBy(key: string): Faker {
  const faker = new Faker({ locale: base });
  faker.seed([...Buffer.from(key)]);
  return faker;
}

/**
 * A head and shoulders in shades of two colours. Nothing is written on it, because a machine may lack the font for a
 * name's script, or all fonts.
 */
function portraitSvg(faker: Faker, sex: Sex): string {
  const background = faker.number.int(359);
  const figure = (background + faker.helpers.arrayElement([30, 150, 180, 210, 330])) % 360;
  const shade = (lightness: number, saturation = 45, hue = figure) => `hsl(${hue},${saturation}%,${lightness}%)`;
  const colours = {
    skin: shade(faker.number.int({ min: 58, max: 82 })),
    hair: shade(faker.number.int({ min: 14, max: 34 }), 35),
    cloth: shade(faker.number.int({ min: 38, max: 55 }), 55, (figure + 40) % 360),
    ink: shade(14, 35),
  };
  const { behind, above } = hair(faker.helpers.arrayElement(hairStyles[sex]));
  const features = [face(colours.ink, faker), faker.datatype.boolean(0.25) ? glasses(colours.ink) : ''];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 256 256" width="${sizePixels}" height="${sizePixels}">
    <defs><linearGradient id="sky" x2="1" y2="1">
      <stop stop-color="${shade(84, 70, background)}"/>
      <stop offset="1" stop-color="${shade(62, 60, (background + 35) % 360)}"/>
    </linearGradient></defs>
    <rect width="256" height="256" fill="url(#sky)"/>
    <circle cx="${faker.number.int({ min: 30, max: 226 })}" cy="60" r="${faker.number.int({ min: 40, max: 90 })}" fill="#fff" opacity=".18"/>
    <path d="${behind}" fill="${colours.hair}"/>
    <path d="M28 262c4-58 44-76 100-76s96 18 100 76z" fill="${colours.cloth}"/>
    <path d="M106 150h44v40a22 16 0 0 1-44 0z" fill="${colours.skin}"/>
    <path d="M106 168q22 20 44 0v8q-22 20-44 0z" fill="${colours.ink}" opacity=".18"/>
    <ellipse cx="128" cy="118" rx="48" ry="58" fill="${colours.skin}"/>
    <path d="${above}" fill="${colours.hair}"/>
    ${features.join('')}
  </svg>`;
}

type HairStyle = 'long' | 'bun' | 'bob' | 'short' | 'parted' | 'round';

const hairStyles: Record<Sex, readonly HairStyle[]> = {
  female: ['long', 'bun', 'bob', 'round'],
  male: ['short', 'parted', 'round', 'short'],
};

function hair(style: HairStyle): { behind: string; above: string } {
  const fringe = 'M79 116c-6-44 18-66 49-66s55 22 49 66c-8-20-22-32-34-36-16 14-48 10-64 36z';
  const crown = 'M78 108c-4-40 20-60 50-60s54 20 50 60c-6-16-10-24-18-28-20 6-44 6-64 0-8 4-12 12-18 28z';
  const sideways = 'M78 112c-6-46 20-66 52-66 34 0 52 26 48 66-6-14-10-24-16-30-22 0-46-6-60-16-8 12-18 24-24 46z';
  const styles: Record<HairStyle, { behind: string; above: string }> = {
    long: { behind: 'M66 120c-4-54 28-78 62-78s66 24 62 78c-2 40 6 64 10 88H56c4-24 12-48 10-88z', above: fringe },
    bun: { behind: 'M102 40a26 24 0 1 1 52 0 26 24 0 1 1-52 0z', above: crown },
    bob: { behind: 'M68 116c-4-50 26-72 60-72s64 22 60 72c0 24 2 38 4 50q-64 16-128 0c2-12 4-26 4-50z', above: fringe },
    short: { behind: '', above: crown },
    parted: { behind: '', above: sideways },
    round: { behind: 'M60 104a68 64 0 1 1 136 0q-2 34-24 46H84q-22-12-24-46z', above: crown },
  };
  return styles[style];
}

function face(ink: string, faker: Faker): string {
  const smile = faker.number.int({ min: 6, max: 16 });
  const line = `fill="none" stroke="${ink}" stroke-width="4" stroke-linecap="round"`;
  return `<circle cx="108" cy="118" r="4.5" fill="${ink}"/><circle cx="148" cy="118" r="4.5" fill="${ink}"/>
    <path d="M100 104q8-5 16-1M140 103q8-4 16 1" ${line} opacity=".7"/>
    <path d="M128 122q-5 10 2 13" ${line} opacity=".35"/>
    <path d="M112 148q16 ${smile} 32 0" ${line}/>`;
}

function glasses(ink: string): string {
  const rim = `r="15" fill="#fff" fill-opacity=".25" stroke="${ink}" stroke-width="3"`;
  return `<circle cx="108" cy="118" ${rim}/><circle cx="148" cy="118" ${rim}/>
    <path d="M123 117q5-4 10 0" fill="none" stroke="${ink}" stroke-width="3"/>`;
}
