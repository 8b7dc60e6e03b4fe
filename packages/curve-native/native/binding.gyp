{
  'targets': [
    {
      'target_name': 'curve_native',
      'include_dirs': [
        'src',
        'src/core',
        "<!(node -p \"require('node-addon-api').include_dir\")",
        "<!(node -p \"require('path').relative('.', require('node-api-headers').include_dir)\")",
      ],
      'defines': [
        'NAPI_VERSION=9',
        'CURVE_NATIVE_VERSION="<!(node -p "require(\'../package.json\').version")"',
        'NAPI_CPP_EXCEPTIONS',
        'NODE_ADDON_API_CPP_EXCEPTIONS_ALL',
        'NODE_ADDON_API_DISABLE_DEPRECATED',
        'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
      ],
      'cflags': ['-pthread', '-ffunction-sections', '-fdata-sections'],
      'cflags_cc': ['-std=c++17', '-fno-rtti', '-Wall', '-Wextra', '-fvisibility=hidden'],
      'xcode_settings': {
        'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
        'CLANG_CXX_LIBRARY': 'libc++',
        'GCC_ENABLE_CPP_EXCEPTIONS': 'YES',
        'GCC_ENABLE_CPP_RTTI': 'NO',
        'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
        'MACOSX_DEPLOYMENT_TARGET': '11.0',
        # Paths in linker flags are seen from the build folder.
        'OTHER_LDFLAGS': ['-Wl,-dead_strip', '-Wl,-exported_symbols_list,../gyp/exports-macos.txt'],
      },
      'conditions': [
        ['OS=="mac" and target_arch=="x64"', { 'xcode_settings': { 'ARCHS': ['x86_64'] } }],
        ['OS=="mac" and target_arch=="arm64"', { 'xcode_settings': { 'ARCHS': ['arm64'] } }],
        ['OS=="linux"', {
          'variables': {
            # The path of the static C++ runtime; just its name where the compiler has none.
            'static_runtime': '<!(${CXX:-g++} -print-file-name=libstdc++.a)',
          },
          'ldflags': [
            '-pthread',
            '-Wl,--gc-sections',
            '-Wl,--version-script=../gyp/exports-linux.map',
            # A function that this Node.js does not have is missed when the addon loads, not when it is called.
            '-Wl,-z,relro,-z,now',
          ],
          'conditions': [
            # Whoever gets the addon then needs no C++ runtime as new as the one it was built with.
            ['static_runtime!="libstdc++.a"', { 'ldflags': ['-static-libstdc++', '-static-libgcc'] }],
          ],
        }],
      ],
      'sources': [
        'src/core/client/client.cc',
        'src/core/client/client_namespace.cc',
        'src/core/client/client_volume.cc',
        'src/core/client/epoch_broadcast.cc',
        'src/core/config/config.cc',
        'src/core/config/settings.cc',
        'src/core/mds/mds_client.cc',
        'src/core/mds/sha256.cc',
        'src/core/net/channel.cc',
        'src/core/net/endpoint.cc',
        'src/core/net/inbound.cc',
        'src/core/net/loop.cc',
        'src/core/net/outbound.cc',
        'src/core/net/poller.cc',
        'src/core/volume/chunk_request.cc',
        'src/core/volume/copyset_map.cc',
        'src/core/volume/descriptor.cc',
        'src/core/volume/discard.cc',
        'src/core/volume/geometry.cc',
        'src/core/volume/health_probe.cc',
        'src/core/volume/io.cc',
        'src/core/volume/leader_search.cc',
        'src/core/volume/lease.cc',
        'src/core/volume/request_window.cc',
        'src/core/volume/segment_map.cc',
        'src/core/volume/stability.cc',
        'src/core/volume/volume.cc',
        'src/core/wire/frame.cc',
        'src/core/wire/proto.cc',
        'src/core/wire/status.cc',
        'src/napi/addon.cc',
        'src/napi/client_handle.cc',
        'src/napi/convert.cc',
      ],
    },
  ],
}
