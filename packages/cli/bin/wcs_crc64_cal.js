#!/usr/bin/env node
import '../dist/bin/wcs_crc64_cal.js';
