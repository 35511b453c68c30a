import { bare } from './bare.ts';
import type { Gateway, GatewayName } from './gateway.ts';
import { ours } from './ours.ts';
import { apollo, grafbase, hive, mercurius } from './peers.ts';

/** Every gateway that can be measured, by name. */
export const gateways: Readonly<Record<GatewayName, Gateway>> = { ours, grafbase, mercurius, hive, apollo, bare };

export { type Gateway, type GatewayName, gatewayNames, type Site } from './gateway.ts';
export { peersFolder } from './peers.ts';
