/** How much a file system holds. */
export interface DataSize {
  readonly bytes: number;
  readonly files: number;
}

interface Speed {
  readonly bytesPerSecond: number;
  readonly filesPerSecond: number;
}

/**
 * The rates that AWS expects: 2,000 files a second or 400 MBps for a backup, 1,500 files a second or 200 MBps for a restore, whichever
 * is slower. Large directories and single large files are slower still.
 *
 * @see https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html#backup-performance
 */
const BACKUP: Speed = { bytesPerSecond: 400e6, filesPerSecond: 2_000 };
const RESTORE: Speed = { bytesPerSecond: 200e6, filesPerSecond: 1_500 };

/** No backup may take longer ("Backup performance", Amazon EFS User Guide). */
export const LONGEST_BACKUP_DAYS = 30;

/** From here on, the same section advises a completion window of 3 days: the next run goes on with what is not done. */
export const LONG_BACKUP_DAYS = 20;

/** What is estimated of a full backup, and of a full restore. */
export interface DurationEstimate {
  readonly seconds: number;
  /** What it is that takes so long. */
  readonly limitedBy: 'BYTES' | 'FILES';
}

function estimate({ bytes, files }: DataSize, speed: Speed): DurationEstimate {
  const [forBytes, forFiles] = [bytes / speed.bytesPerSecond, files / speed.filesPerSecond];
  return { seconds: Math.ceil(Math.max(forBytes, forFiles)), limitedBy: forBytes >= forFiles ? 'BYTES' : 'FILES' };
}

/** How long the first backup takes, which is full; later ones hold what has changed. */
export function estimateBackup(data: DataSize): DurationEstimate {
  return estimate(data, BACKUP);
}

/** How long a full restore takes. */
export function estimateRestore(data: DataSize): DurationEstimate {
  return estimate(data, RESTORE);
}

/** A duration as people say it: the two largest units. */
export function describeDuration(seconds: number): string {
  const units: Array<[number, string]> = [[86_400, 'day'], [3_600, 'hour'], [60, 'minute'], [1, 'second']];
  const first = Math.max(0, units.findIndex(([size]) => seconds >= size));
  const [[large, name], next] = seconds < 1 ? [units[3], undefined] : [units[first], units[first + 1]];
  const rounded = next === undefined ? Math.round(seconds) : Math.round(seconds / next[0]) * next[0];
  const say = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'}`;
  const rest = next === undefined ? 0 : Math.round((rounded % large) / next[0]);
  return [say(Math.floor(rounded / large), name), ...(rest === 0 || next === undefined ? [] : [say(rest, next[1])])].join(' ');
}
