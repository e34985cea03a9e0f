import recommendedFeatureFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { awscdk, Component } from 'projen';

/** `npm run demo` and `npm test` from a fresh clone, and `cdk synth` of the quick start. */
export class Rehearsal extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    // npm runs pre* scripts first: the command of the README does all of its own set-up
    project.setScript('predemo', 'node scripts/set-up.mjs');
    project.setScript('demo', 'tsx --disable-warning=Warning rehearsal/demo.ts');
    project.setScript('bench:nfs', 'projen bundle && node bench/run.mjs all');
    project.setScript('bench:synth', 'projen compile && node bench/synth/run.mjs');

    new awscdk.CdkConfig(project, {
      app: 'npx tsx examples/quick-start.ts', // a context of the flags that `cdk init` gives to every new app
      // creation stack traces hold absolute paths: a synthesized template must not depend on the folder
      context: { ...recommendedFeatureFlags, 'aws:cdk:disable-creation-stack-traces': true },
    });

    // jsii-pacmak for the other languages needs their registries: the local build packs for npm
    project.packageTask.reset('npm run package:js');
    project.gitignore.exclude('/test.log', 'cdk.out/');
  }
}
