/** The formats that are measured. */
export const formats = ['jpeg', 'webp', 'avif'] as const;
export type Format = (typeof formats)[number];

/** A variant to be made of one of the pictures. */
export interface Wish {
  picture: number;
  width: number;
  height: number;
  format: Format;
  quality: number;
}

// Rungs of Image's ladder around the size of a picture in a list, so that the wishes of a run cost much the same.
const sides = [240, 256, 300, 320, 360, 384, 400];
const qualities = [70, 80];

/** Every wish of one format once: neighbours are of different pictures. */
export function wishesOf(format: Format, pictures: number): Wish[] {
  return qualities.flatMap((quality) =>
    sides.flatMap((width, shift) =>
      sides.flatMap((_, at) =>
        Array.from({ length: pictures }, (_each, picture) => {
          const height = sides[(at + shift + picture) % sides.length] as number;
          return { picture, width, height, format, quality };
        }),
      ),
    ),
  );
}
