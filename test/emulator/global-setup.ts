import { virtualEnvironment } from './python';

/** Before all tests: what they need is there, or they do not begin. */
export default function (): void {
  process.env.EMULATOR_PROGRAMS = virtualEnvironment();
}
