#!/usr/bin/env node
import '../dist/bin/wcscmd.js';
