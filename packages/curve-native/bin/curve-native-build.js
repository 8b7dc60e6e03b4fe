#!/usr/bin/env node
import '../dist/build.js';
