import * as fc from 'fast-check';
import { MARK, NAMES } from './grow';
import { directory, file, hardLink, symbolicLink } from '../helpers/temp-tree';
import type { Node, Tree } from '../helpers/temp-tree';

/** A tree before its contents are told apart and its hard links are tied. */
type Draft = { readonly kind: 'tree'; readonly children: Record<string, Draft>; readonly mode: number }
  | { readonly kind: 'file'; readonly day: number; readonly size: number; readonly mode: number }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'again'; readonly which: number };

const draft = fc.letrec<{ tree: Draft; node: Draft }>((tie) => ({
  tree: fc.record({
    kind: fc.constant('tree' as const),
    children: fc.dictionary(fc.constantFrom(...NAMES), tie('node'), { maxKeys: 5, noNullPrototype: true }),
    mode: fc.constantFrom(0o755, 0o700, 0o1777),
  }),
  node: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('file' as const), day: fc.integer({ min: 1, max: 3 }), size: fc.nat(5), mode: fc.constantFrom(0o644, 0o600) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('link' as const), target: fc.constantFrom('a', '..', '/', 'nowhere') }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('again' as const), which: fc.nat(9) }) },
    { weight: 4, arbitrary: tie('tree') },
  ),
})).tree;

/** Trees whose files have contents and hard links of their own. `at`: where it will be, from the top of the one that it is built with. */
export const arbitraryTree = (at: string, label: string): fc.Arbitrary<Tree> => draft.map((top) => {
  const files: string[] = [];
  const settle = (node: Draft, path: string): Node => {
    switch (node.kind) {
      case 'tree': return directory(children(node, path), { mode: node.mode, mtime: Date.UTC(2026, 0, 1) });
      case 'link': return symbolicLink(node.target);
      case 'again':
        if (files.length > 0) {
          return hardLink(files[node.which % files.length]);
        }
        break;
      default:
    }
    files.push(path);
    const { day, size, mode } = node.kind === 'file' ? node : { day: 1, size: 0, mode: 0o644 };
    return file(`${label}${MARK}${files.length}${'.'.repeat(size)}`, { mtime: Date.UTC(2026, 0, day), mode });
  };
  const children = (node: Draft, path: string): Tree => (node.kind === 'tree'
    ? Object.fromEntries(Object.entries(node.children).map(([name, child]) => [name, settle(child, path === '' ? name : `${path}/${name}`)])) : {});
  return children(top, at);
});
