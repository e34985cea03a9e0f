import type { EnvironmentVariable } from '../../src/core/contract';

/** The value of an environment variable that the construct always sets. */
export function requireEnvironment(variable: EnvironmentVariable): string {
  const value = process.env[variable];
  if (value === undefined || value === '') {
    throw new Error(`the environment variable ${variable} is not set; the construct of this function sets it, so the function was changed by hand`);
  }
  return value;
}
