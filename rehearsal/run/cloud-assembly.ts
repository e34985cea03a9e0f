import { readFileSync } from 'node:fs';
import * as path from 'node:path';

/** A CloudFormation template as `cdk synth` writes it; only what is read here. */
export interface Template {
  readonly Parameters?: Readonly<Record<string, { readonly Type: string; readonly Default?: unknown }>>;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** One stack of a cloud assembly: its template, and the directories of its assets by their S3 object key. */
export interface SynthesizedStack {
  readonly stackName: string;
  readonly template: Template;
  readonly assets: ReadonlyMap<string, string>;
}

interface Manifest {
  readonly artifacts?: Readonly<Record<string, {
    readonly type: string;
    readonly properties?: { readonly templateFile?: string; readonly stackName?: string };
  }>>;
}

interface AssetManifest {
  readonly files?: Readonly<Record<string, {
    readonly source: { readonly path?: string; readonly packaging?: string };
    readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
  }>>;
}

const STACK = 'aws:cloudformation:stack';

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

/** Reads a stack of the directory that `cdk synth` wrote (cdk.out); the stack may be left out when there is only one. */
export function readStack(directory: string, stack?: string): SynthesizedStack {
  const artifacts = Object.entries(readJson<Manifest>(path.join(directory, 'manifest.json')).artifacts ?? {});
  const stacks = artifacts.filter(([, artifact]) => artifact.type === STACK);
  const chosen = stack === undefined ? stacks : stacks.filter(([id, artifact]) => id === stack || artifact.properties?.stackName === stack);
  if (chosen.length !== 1) {
    const names = stacks.map(([id]) => id).join(', ');
    throw new Error(`the cloud assembly '${directory}' has ${chosen.length} stacks for '${stack ?? 'the only stack'}', not one; it has: ${names}`);
  }
  const [id, { properties }] = chosen[0];
  const assets = new Map<string, string>();
  const manifest = artifacts.map(([artifact]) => artifact).find((artifact) => artifact === `${id}.assets`);
  const files = manifest === undefined ? {} : readJson<AssetManifest>(path.join(directory, `${manifest}.json`)).files ?? {};
  for (const { source, destinations } of Object.values(files)) {
    if (source.path !== undefined && source.packaging === 'zip') {
      Object.values(destinations).forEach(({ objectKey }) => assets.set(objectKey, path.resolve(directory, source.path!)));
    }
  }
  return {
    stackName: properties?.stackName ?? id,
    template: readJson<Template>(path.join(directory, properties?.templateFile ?? `${id}.template.json`)),
    assets,
  };
}
