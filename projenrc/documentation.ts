import { Component } from 'projen';
import type { awscdk } from 'projen';

/** Every TypeScript block of the README compiles against the library, in every build. */
export class Documentation extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    project.postCompileTask.spawn(project.addTask('rosetta', {
      description: 'Compile the code blocks of the README',
      exec: 'jsii-rosetta extract --strict',
    }));
    project.gitignore.exclude('.jsii.tabl.json');
  }
}
