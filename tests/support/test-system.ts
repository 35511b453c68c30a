import type { StackOptions } from '@atrium/stack';
import { afterAll } from '@jest/globals';
import { type OwnSystem, type System, sharedSystemVariable, startSystem } from './system.ts';

/** Starts a system for one test file; it stops with the file. */
export async function ownSystem(options: StackOptions = {}): Promise<OwnSystem> {
  const system = await startSystem(options);
  afterAll(() => system.stop());
  return system;
}

/** The system that all files of a run share and none may break; a file that is run by itself gets one of its own. */
export async function sharedSystem(): Promise<System> {
  const shared = process.env[sharedSystemVariable];
  return shared ? (JSON.parse(shared) as System) : ownSystem();
}
