import * as fs from 'node:fs';
import * as path from 'node:path';

/** How long the cleanup of the scenarios keeps recovery directories. */
export const RETENTION_SECONDS = 25 * 3_600;

/**
 * Lets that time be over at once, in the template. Nobody can make a file whose ctime is a day ago, and what was written later than the
 * restore is in use: so a recovery directory that may be deleted here is one of a moment ago.
 */
export function shortenRetention(assembly: string): void {
  const own = `\\"retentionSeconds\\":${RETENTION_SECONDS}`;
  for (const name of fs.readdirSync(assembly).filter((file) => file.endsWith('.template.json'))) {
    const template = path.join(assembly, name);
    const text = fs.readFileSync(template, 'utf8');
    fs.writeFileSync(template, text.replaceAll(own, '\\"retentionSeconds\\":0'));
  }
}
