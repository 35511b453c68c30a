/** Stops the system that the run's files shared. */
export default async function tearDown(): Promise<void> {
  await globalThis.atriumTestSystem?.stop();
}
