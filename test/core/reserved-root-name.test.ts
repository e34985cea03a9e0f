import { checkRestoreRequest } from '../../src/core/check-restore-request';
import { isReservedRootName } from '../../src/core/reserved-root-name';

const reserved = ['.cdk-efs-backup', 'aws-backup-lost+found', 'aws-backup-restore_2026-05-14T07-16-05-547921923Z', 'aws-backup-failed-restore_2019-01-07T21-06-22-108Z'];
const free = ['projects', '.cdk-efs-backup2', 'aws-backup-restore', 'aws-backup-restore_2026-02-31T07-16-05Z', ''];

test.each(reserved)('%s is left alone by a move, so it cannot be asked for with MOVE_INTO_PLACE', (name) => {
  expect(isReservedRootName(name)).toBe(true);
  const check = (afterRestore: string) => checkRestoreRequest({ items: [`/${name}/report.txt`], afterRestore }, {
    mounts: [], home: {}, partial: false, isUnresolved: () => false, itemsPerRestoreJob: 5,
  });
  expect(check('MOVE_INTO_PLACE')).toEqual([{
    subject: 'items[0]',
    rule: `must not lie in '/${name}' for 'afterRestore' MOVE_INTO_PLACE, because that is not moved`,
    value: `/${name}/report.txt`,
    remedy: 'use VERIFY and move it by hand',
  }]);
  expect(check('VERIFY')).toEqual([]);
});

test.each(free)("'%s' is nobody's but the user's", (name) => {
  expect(isReservedRootName(name)).toBe(false);
});
