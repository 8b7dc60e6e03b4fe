#!/usr/bin/env node
import '../dist/bin/wcs_etag_cal.js';
