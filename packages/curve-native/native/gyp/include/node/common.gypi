# What node-gyp would take from the headers of one Node.js version. The addon uses Node-API alone, whose headers
# come with node-api-headers, so that no headers of Node.js have to be there or be downloaded.
{
  'target_defaults': {
    'default_configuration': 'Release',
    'configurations': {
      'Debug': {
        'cflags': ['-g', '-O0'],
        'xcode_settings': { 'GCC_OPTIMIZATION_LEVEL': '0' },
      },
      'Release': {
        'cflags': ['-O3', '-fno-omit-frame-pointer'],
        'xcode_settings': { 'GCC_OPTIMIZATION_LEVEL': '3' },
      },
    },
  },
}
