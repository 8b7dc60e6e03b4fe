# Nothing of the Node.js that happens to run node-gyp matters to the build.
{ 'target_defaults': {}, 'variables': {} }
