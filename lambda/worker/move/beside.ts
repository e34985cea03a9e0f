import { suffixed } from './aside';
import { fromText } from '../../fs/byte-name';

/** The name of an entry that is put beside the one that has its place; `number` counts on where that is taken, too. */
export function besideName(name: string, recoveryDirectory: string, number: number): string {
  const stamp = recoveryDirectory.slice(recoveryDirectory.indexOf('_') + 1);
  return suffixed(name, fromText(`.restored-${stamp}${number === 1 ? '' : `-${number}`}`));
}
