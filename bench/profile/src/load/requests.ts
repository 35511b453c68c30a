import { keywords, newPerson, readUserCount, userAt } from '../dataset.ts';
import { type Draw, shuffled, uniform, zipf } from '../draws.ts';
import { bodyOf, type Dialect, dialects } from '../operations.ts';
import { hotUserCount, type WorkloadName, zipfExponent } from '../workloads.ts';
import { expectUsers, type JudgeBody, judgeCreate, judgeList } from './answers.ts';
import type { LoadJob } from './job.ts';

/** The requests of a workload: each is made for a place, and its answer judged by it. */
export interface Requests {
  /** The place of the next request. */
  draw: Draw;
  body(place: number): string;
  isRight: JudgeBody;
}

/** Makes the requests of jobs. Phone numbers go on from one job to the next: none comes twice in a run. */
export function createRequests(): (job: Pick<LoadJob, 'workload' | 'dialect'>) => Requests {
  const users = Array.from({ length: readUserCount }, (_, place) => userAt(place));
  const isUser = expectUsers(users);
  const mostFrequent = shuffled(readUserCount);
  const nextHot = uniform(hotUserCount);
  const draws: Record<Exclude<WorkloadName, 'W' | 'L'>, Draw> = {
    RZ: zipf(readUserCount, zipfExponent),
    RU: uniform(readUserCount),
    H: () => mostFrequent[nextHot()] as number,
  };
  const nextWord = uniform(keywords.length);
  // Each run has fresh tables; whoever loads a kept one twice would meet numbers that are taken.
  let created = 0;

  function writes({ create }: Dialect): Requests {
    return {
      draw: () => created++,
      body: (number) => bodyOf(create, newPerson(number)),
      isRight: (body, number) => judgeCreate(create, body, newPerson(number)),
    };
  }
  function lists({ list }: Dialect): Requests {
    const bodies = keywords.map((word) => bodyOf(list, word));
    return {
      draw: nextWord,
      body: (place) => bodies[place] as string,
      isRight: (body, place) => judgeList(list, body, keywords[place] as string),
    };
  }
  return ({ workload, dialect: name }) => {
    const dialect = dialects[name];
    if (workload === 'W') return writes(dialect);
    if (workload === 'L') return lists(dialect);
    const body = (place: number) => bodyOf(dialect.read, users[place]?.id ?? '');
    return { draw: draws[workload], body, isRight: isUser };
  };
}
