import type { Cores } from '../../../src/cores.ts';
import type { RunningServer } from '../../../src/launch.ts';
import type { SubgraphName } from '../../subgraphs/src/sdl.ts';

/** What a gateway is started with: the same for each. */
export interface Site {
  /** The composed graph's file; the subgraphs' addresses stand in it. */
  supergraphPath: string;
  subgraphs: Record<SubgraphName, { url: string; sdlPath: string }>;
  cores: Cores;
  /** A folder for logs and configuration files, which goes when the bench ends. */
  folder: string;
  /** Further settings of our own gateway. */
  ownSettings: Readonly<Record<string, string>>;
  /** Where our own gateway leaves CPU profiles when it is told to; undefined where nothing is profiled. */
  profileFolder: string | undefined;
}

/** A gateway that can be measured. */
export interface Gateway {
  /** What it is called on the command line. */
  name: GatewayName;
  /** What it is called in tables. */
  title: string;
  /** The folder of its packages, below `peers`; undefined for what needs none. */
  packages: string | undefined;
  /** Why it cannot run here; undefined where it can. */
  unavailable?: string | undefined;
  start(site: Site): Promise<RunningServer>;
}

/** The gateways in the order of the tables. */
export const gatewayNames = ['ours', 'grafbase', 'mercurius', 'hive', 'apollo', 'bare'] as const;

/** A gateway's name. */
export type GatewayName = (typeof gatewayNames)[number];
