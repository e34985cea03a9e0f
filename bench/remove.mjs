// A rival: removes a tree with Node's own fs.promises.rm, or with the rimraf that the second argument is the path of.
import { promises as fs } from 'node:fs';
import { createRequire } from 'node:module';

const [tree, rimraf] = process.argv.slice(2);
if (rimraf) {
  await createRequire(import.meta.url)(rimraf).rimraf(tree);
} else {
  await fs.rm(tree, { recursive: true });
}
