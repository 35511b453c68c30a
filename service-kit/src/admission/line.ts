import type { Place } from './place.ts';

/** What one caller has in a lane: its places that wait, first come first, and how many of its own are running. */
export class Line {
  readonly caller: string;
  first: Place | undefined;
  last: Place | undefined;
  waiting = 0;
  running = 0;
  /** Whether it stands among the lines whose turn will come. */
  isInTurn = false;
  /** The line whose turn comes after its own. */
  next: Line | undefined;

  constructor(caller: string) {
    this.caller = caller;
  }

  append(place: Place): void {
    place.previous = this.last;
    if (this.last) this.last.next = place;
    else this.first = place;
    this.last = place;
    this.waiting++;
  }

  remove(place: Place): void {
    const { previous, next } = place;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.last = previous;
    place.previous = undefined;
    place.next = undefined;
    this.waiting--;
  }
}

/** The lines whose turn will come, in this order. */
export class Turns {
  #first: Line | undefined;
  #last: Line | undefined;

  /** Puts a line at the end, unless it waits for its turn already. */
  add(line: Line): void {
    if (line.isInTurn) return;
    line.isInTurn = true;
    if (this.#last) this.#last.next = line;
    else this.#first = line;
    this.#last = line;
  }

  /** Takes the line whose turn it is. */
  take(): Line | undefined {
    const line = this.#first;
    if (!line) return undefined;
    this.#first = line.next;
    if (!this.#first) this.#last = undefined;
    line.next = undefined;
    line.isInTurn = false;
    return line;
  }
}

/** Lines by how many places of theirs wait, so that the longest is found at once. */
export class Lengths {
  readonly #byLength: Set<Line>[] = [];
  #longest = 0;

  /** One of the lines with the most places that wait; undefined where none waits. */
  get longest(): Line | undefined {
    if (this.#longest === 0) return undefined;
    const [line] = this.#byLength[this.#longest] as Set<Line>;
    return line;
  }

  /** Notes that a line has become longer or shorter by one. */
  changed(line: Line, before: number): void {
    this.#byLength[before]?.delete(line);
    const now = line.waiting;
    if (now > 0) {
      this.#byLength[now] ??= new Set();
      this.#byLength[now].add(line);
    }
    if (now > this.#longest) this.#longest = now;
    // A line of the longest that has lost one place is now one shorter, and so is what is longest.
    else if (before === this.#longest && this.#byLength[before]?.size === 0) this.#longest = now;
  }
}
