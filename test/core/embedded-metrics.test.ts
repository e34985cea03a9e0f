import * as fc from 'fast-check';
import { metricDocument } from '../../src/core/embedded-metrics';

/** CloudWatch: "Specification: Embedded metric format" allows up to 30 dimensions and 100 metrics; names that begin with _aws are its own. */
const names = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 }).filter((name) => !name.startsWith('_') && name.trim() === name);

test('everything that is declared has a value of its type, and everything that has one is declared', () => {
  const dimensions = fc.dictionary(names.map((name) => `d${name}`), fc.string(), { minKeys: 1, maxKeys: 3 });
  const values = fc.dictionary(names.map((name) => `m${name}`), fc.nat(), { minKeys: 1, maxKeys: 5 });
  fc.assert(fc.property(fc.nat(), dimensions, values, (timestamp, given, measured) => {
    const { _aws, ...rest } = metricDocument(timestamp, given, measured, {}) as Record<string, any>;
    const [{ Dimensions: [declared], Metrics }, ...others] = _aws.CloudWatchMetrics;
    expect([_aws.Timestamp, others]).toEqual([timestamp, []]);
    expect(Object.fromEntries(declared.map((name: string) => [name, rest[name]]))).toEqual({ ...given });
    expect(Object.fromEntries(Metrics.map(({ Name }: { Name: string }) => [Name, rest[Name]]))).toEqual({ ...measured });
    expect(Object.keys(rest).sort()).toEqual([...declared, ...Metrics.map(({ Name }: { Name: string }) => Name)].sort());
  }));
});

test('what has no unit is counted', () => {
  const { _aws } = metricDocument(0, { A: 'a' }, { X: 1, Y: 2 }, { Y: 'Bytes' }) as Record<string, any>;
  expect(_aws.CloudWatchMetrics[0].Metrics).toEqual([{ Name: 'X', Unit: 'Count' }, { Name: 'Y', Unit: 'Bytes' }]);
});
