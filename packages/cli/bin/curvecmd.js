#!/usr/bin/env node
import '../dist/bin/curvecmd.js';
