// A property tells a mutant within moments, or hardly ever: it ends after five seconds, and what it finds is not made smaller.
import * as fc from 'fast-check';

fc.configureGlobal({ endOnFailure: true, interruptAfterTimeLimit: 5_000 });
