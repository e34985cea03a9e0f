import { atLeast, compare, onNfs, resultOf } from '../compare.mjs';
import { newName, rival, worker } from '../contenders.mjs';
import { LONG_AGO, makeWide } from '../trees.mjs';

export const title = 'Look through a tree, and compare it with the live one';
export const seconds = 480;

export async function run({ scale }) {
  const [directories, files] = [200 * scale, 50];
  const content = (directory, file) => `directory ${directory}, file ${file}\n`;
  const contender = (label, live, look, more = {}) => ({
    label,
    name: newName,
    make: (root, name) => [`${name}/live`, ...(live ? ['live'] : [])].forEach((place) => makeWide(`${root}/${place}`, directories * (more.part ?? 1), files, { content, time: LONG_AGO })),
    run: look,
    ...more,
  });
  const must = (right, answer) => {
    if (!right) {
      throw new Error(`not the right answer: ${JSON.stringify(answer).slice(0, 2_000)}`);
    }
  };
  const counted = ({ answer }) => {
    const content = answer.entries.find((entry) => entry.content)?.content;
    must(content?.counts.files === directories * files && content.newest.mtime.startsWith('20'), answer);
  };
  const compared = (part) => ({ answer }) => {
    const { missing, changed, same } = answer.comparison ?? {};
    must(answer.verdict === 'PASSED' && missing === 0 && changed === 0 && same >= directories * files * part, answer);
  };
  const verify = (compare) => worker((name) => ({ operation: 'verify', directory: name, items: null, compare }));
  const survey = 'worker, survey with contents';
  const quick = 'worker, verify by size and time';
  const results = await compare(onNfs(), [
    contender(survey, false, worker(() => ({ operation: 'survey', contents: true })), { times: 3, check: counted }),
    contender('find -printf', false, rival('find', ['TREE', '-printf', '%y %s %T@ %C@ %p\\n']), { note: "'%y %s %T@ %C@ %p\\n': type, size, mtime and ctime" }),
    contender('du -s', false, rival('du', ['-s', 'TREE'])),
    contender(quick, true, verify('SIZE_AND_TIME'), { times: 3, check: compared(1), against: quick }),
    contender('rsync -an --delete', true, rival('rsync', ['-an', '--delete', 'TREE/live/', 'LIVE/live/']), { against: quick, note: 'compares size and time' }),
    contender('diff -rq', true, rival('diff', ['-rq', 'TREE/live', 'LIVE/live']), { part: 1 / 10, against: quick, note: 'reads the contents' }),
    contender('worker, verify by SHA-256', true, verify('SHA256'), { part: 1 / 10, check: compared(1 / 10), against: quick, note: 'reads the contents' }),
  ]);
  const times = (label) => resultOf(results, label).timesTheWorker;
  return {
    tree: { directories, filesPerDirectory: files, files: directories * files },
    results,
    thresholds: [
      atLeast('survey: times faster than `find -printf`', times('find -printf'), 10, {
        limit: 4,
        why: 'of the two seconds that the survey takes here most are the start of Node.js and the emulated CPU, which is busy all the time; the round trips alone take 0.6 s',
      }),
      atLeast('verify by size and time: times faster than `diff -rq`', times('diff -rq'), 10),
    ],
  };
}
