import * as fs from 'node:fs';
import * as path from 'node:path';
import { CleanupMode } from '../../src/core/cleanup';
import { KeepReason } from '../../src/core/cleanup-choice';
import { CleanupMetric } from '../../src/core/cleanup-metrics';
import { CLEANUP_REPORT_SCHEMA } from '../../src/core/cleanup-report-schema';
import { violations } from '../helpers/json-schema';

const text = fs.readFileSync(path.join(__dirname, '..', '..', 'docs', 'cleanup.md'), 'utf8');
const section = (heading: string) => text.split(`## ${heading}\n`)[1].split('\n## ')[0];
const firstCells = (part: string) => [...part.matchAll(/^\| `([^`]+)` \|/gm)].map(([, code]) => code);

describe('docs/cleanup.md', () => {
  test('explains every mode, and every reason to keep a directory', () => {
    expect(firstCells(section('What it does')).filter((cell) => cell !== 'kept').sort()).toEqual([...Object.values(CleanupMode), ...Object.values(KeepReason)].sort());
  });

  test('lists every metric', () => {
    expect(firstCells(section('Metrics')).sort()).toEqual(Object.values(CleanupMetric).sort());
  });

  test('shows a report that fits its schema', () => {
    expect(violations(CLEANUP_REPORT_SCHEMA, JSON.parse(/^```json report\n(.*?)^```/ms.exec(text)![1]))).toEqual([]);
  });
});
