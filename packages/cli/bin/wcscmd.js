#!/usr/bin/env node
import module from 'node:module';

// Node.js 22.1 and newer keep what they have compiled, and start sooner the next time.
module.enableCompileCache?.();
await import('../dist/bin/wcscmd.js');
