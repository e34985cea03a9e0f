import type { MoveAnswer, MovePlan, VerifyAnswer } from '../../src/core/worker';

type Cuttable = VerifyAnswer | MoveAnswer;

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** The lists of an answer that may be cut: copies, which take the place of those that it has. */
function listsOf(answer: Cuttable): { readonly lists: unknown[][]; readonly cut: Cuttable } {
  if (answer.operation === 'verify') {
    const [findings, lostAndFound] = [[...answer.findings], [...answer.lostAndFound]];
    return { lists: [findings, lostAndFound], cut: { ...answer, findings, lostAndFound } };
  }
  const notes = [...answer.notes];
  const fates = Object.entries(answer.plan ?? {}).map(([fate, planned]) => [fate, { ...planned, samples: [...planned.samples] }]);
  const plan = answer.plan && Object.fromEntries(fates) as MovePlan;
  const merged = answer.mergedDirectories && { ...answer.mergedDirectories, notes: [...answer.mergedDirectories.notes] };
  return {
    lists: [notes, ...merged ? [merged.notes] : [], ...Object.values(plan ?? {}).map(({ samples }) => samples)],
    cut: { ...answer, notes, ...(merged ? { mergedDirectories: merged } : {}), ...(plan ? { plan } : {}) },
  };
}

/** An answer that is done and no longer than that: the longest of its lists loses its last element, again and again, down to one in each. */
export function cutAnswer<Answer extends Cuttable>(answer: Answer, mostBytes: number): Answer {
  const { lists, cut } = listsOf(answer);
  for (let bytes = bytesOf(cut); bytes > mostBytes; bytes = bytesOf(cut)) {
    const longest = lists.filter(({ length }) => length > 1).sort((a, b) => bytesOf(b) - bytesOf(a))[0];
    if (longest === undefined) {
      break;
    }
    longest.pop();
  }
  return cut as Answer;
}
