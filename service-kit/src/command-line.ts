import { Command, CommanderError } from 'commander';
import { SettingsError } from './settings.ts';

/** What a command answers: for programs, and for people. */
export interface CommandAnswer {
  readonly json: object;
  readonly text: string;
}

/** What a command cannot do, in one line that says what to do instead. */
export class CommandFault extends Error {}

/** A program for operators, run as `npm run <name> -- <command>`; it complains in one line. */
export function createProgram(name: string): Command {
  return new Command(name)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`${name}: ${onOneLine(text)} See ${name} --help.\n`) });
}

/** A command of a program, which answers in JSON where it is asked to. */
export function addCommand(program: Command, name: string, description: string): Command {
  return program.command(name).description(description).option('--json', 'print JSON');
}

/** Prints an answer as its reader wants it. */
export function printAnswer({ json, text }: CommandAnswer, options: { json?: true }): void {
  process.stdout.write(`${options.json ? JSON.stringify(json, null, 2) : text}\n`);
}

/** Runs a program to its end. Exit status: 0 done; 1 it cannot be done; 2 the command line cannot be understood. */
export async function runProgram(program: Command): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has said what there is to say. A value that is refused was understood.
      const refused = error.code === 'commander.invalidArgument';
      process.exitCode = error.exitCode === 0 ? 0 : refused ? 1 : 2;
    } else {
      process.stderr.write(`${program.name()}: ${toLine(error)}\n`);
      process.exitCode = 1;
    }
  }
}

function onOneLine(text: string): string {
  return text
    .replace(/^error: /, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[^.]$/, '$&.');
}

/** What went wrong, in one line without the database's address. */
function toLine(error: unknown): string {
  if (error instanceof SettingsError) return error.faults.join('; ');
  if (error instanceof CommandFault) return error.message;
  const { code, meta } = error as {
    code?: string;
    meta?: { driverAdapterError?: { cause?: { kind?: string; originalCode?: string } } };
  };
  const { originalCode, kind } = meta?.driverAdapterError?.cause ?? {};
  const cause = originalCode ?? kind ?? code ?? (error instanceof Error ? error.name : typeof error);
  return `The database at DATABASE_URL cannot be used (${cause}). Is it running, and migrated?`;
}
