import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LoadProcess, startLoadProcess } from '../../src/load/load-process.ts';
import { type OwnStack, startOwnStack } from '../../src/own-stack.ts';
import type { Progress } from '../../src/progress.ts';
import { getPicture } from './ask.ts';
import type { BenchOptions } from './options.ts';
import { type OurImages, openOurImages } from './our-images.ts';
import { makePhotographs, type PhotographSize, photographSizes } from './photographs.ts';
import type { SharpJob } from './servers/sharp-loop.ts';
import { type FolderServer, startServer } from './servers/start-server.ts';
import { type Format, formats, type Wish, wishesOf } from './wishes.ts';

/** How many photographs there are of each size. */
const photographCount = 6;
/** How many kept variants are asked for. */
const warmCount = 48;

/** Everybody who is measured, running, and what they are asked for. */
export interface Site {
  stack: OwnStack;
  images: OurImages;
  photographs: { size: PhotographSize; photographs: Buffer[] }[];
  /** The pictures as Image stored them, which ipx and sharp alone read from this folder. */
  files: string[];
  /** Addresses of the same wish at Image and at ipx. */
  cold: Record<Format, { wish: Wish; ours: string; ipx: string }[]>;
  /** Addresses of the same bytes at Image and at the bare server. */
  warm: { ours: string; bare: string }[];
  ipx: FolderServer;
  bare: FolderServer;
  sharpAlone: LoadProcess<SharpJob, number>;
}

/** Starts everybody and has the photographs taken in; what is started is told to `started`, so that it can be stopped. */
export async function openSite(
  folder: string,
  options: BenchOptions,
  progress: Progress,
  started: (stop: () => unknown) => void,
): Promise<Site> {
  const starting = startOwnStack({ folder, profileFolder: undefined, settings: options.ownSettings });
  started(async () => (await starting).stop());
  const stack = await progress.during('starting Atrium and PostgreSQL', () => starting);
  const images = await openOurImages(stack);
  const photographs = await progress.during('making photographs', () =>
    Promise.all(
      photographSizes.map(async (size) => ({ size, photographs: await makePhotographs(size, photographCount) })),
    ),
  );
  const folders = { pictures: join(folder, 'pictures'), variants: join(folder, 'variants') };
  for (const each of Object.values(folders)) mkdirSync(each);
  const ipx = await startServer(join(import.meta.dirname, '..', 'peers', 'ipx', 'server.mjs'), folders.pictures);
  started(ipx.stop);
  const bare = await startServer(join(import.meta.dirname, 'servers', 'static-server.ts'), folders.variants);
  started(bare.stop);
  const sharpAlone = await startLoadProcess<SharpJob, number>(join(import.meta.dirname, 'servers', 'sharp-loop.ts'));
  started(sharpAlone.stop);
  const stored = await progress.during('taking photographs in', () => store(images, photographs, folders.pictures));
  const cold = await addressesOf(images, stored.ids, ipx.url);
  return {
    stack,
    images,
    photographs,
    files: stored.files,
    cold,
    warm: await progress.during('making variants to be kept', () => keepWarm(cold, folders.variants, bare.url)),
    ipx,
    bare,
    sharpAlone,
  };
}

async function store(
  images: OurImages,
  photographs: Site['photographs'],
  folder: string,
): Promise<{ ids: string[]; files: string[] }> {
  const ids: string[] = [];
  const files: string[] = [];
  for (const photograph of photographs.flatMap((each) => each.photographs)) {
    const { id } = await images.upload(photograph, 'image');
    ids.push(id);
    const file = join(folder, `${files.length}.jpg`);
    writeFileSync(file, await getPicture(await images.original(id)));
    files.push(file);
  }
  return { ids, files };
}

async function addressesOf(images: OurImages, ids: readonly string[], ipxUrl: string): Promise<Site['cold']> {
  const cold: Site['cold'] = { jpeg: [], webp: [], avif: [] };
  for (const format of formats) {
    const wishes = wishesOf(format, ids.length);
    const ours = new Map<Wish, string>();
    for (const [picture, id] of ids.entries()) {
      const own = wishes.filter((wish) => wish.picture === picture);
      const urls = await images.addresses(id, own);
      for (const [at, wish] of own.entries()) ours.set(wish, urls[at] as string);
    }
    cold[format] = wishes.map((wish) => ({ wish, ours: ours.get(wish) as string, ipx: ipxUrl + ipxPath(wish) }));
  }
  return cold;
}

/** Image's quality is on JPEG's scale for every format; ipx passes it on as it is. */
function ipxPath({ picture, width, height, format, quality }: Wish): string {
  const given = format === 'avif' ? (quality === 80 ? 50 : 44) : quality;
  return `/s_${width}x${height},f_${format},q_${given}/${picture}.jpg`;
}

/** Has the last of the wishes made, and keeps their bytes for the bare server. */
async function keepWarm(cold: Site['cold'], folder: string, bareUrl: string): Promise<Site['warm']> {
  const last = cold.webp.splice(-warmCount);
  const warm: Site['warm'] = [];
  for (const [at, { ours }] of last.entries()) {
    writeFileSync(join(folder, `${at}.webp`), await getPicture(ours));
    warm.push({ ours, bare: `${bareUrl}/${at}.webp` });
  }
  return warm;
}
