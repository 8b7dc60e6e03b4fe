#!/usr/bin/env bash
# Fuzzes the decoders and the configuration under ASan and UBSan, and races the event loop under TSan; or runs tests in a
# Node.js whose addon is built with ASan and UBSan (Linux; the packages must be built).
# Usage: sanitize.sh [seconds for each driver, default 5]
#        sanitize.sh addon [test files, by parts of their names; default: all that use the addon, a few minutes]
#        sanitize.sh short   the drivers, and the tests of the addon in which its memory is in danger: workers that are
#                            terminated, calls that are aborted in a storm of faults, answers that are damaged, clients of NBD
set -euo pipefail
cd "$(dirname "$0")/../native"
if [ "${1:-}" = short ]; then
  bash ../scripts/sanitize.sh
  exec bash ../scripts/sanitize.sh addon threads waiting storm messages nbd
fi
out="$(mktemp -d)"
export OUT="$out"
trap 'rm -rf "$out"' EXIT
common=(-std=c++17 -g -O0 -Wall -Wextra -fno-omit-frame-pointer -Isrc/core)
checks=(-fsanitize=address,undefined -fno-sanitize-recover=all)

if [ "${1:-}" = addon ]; then
  shift
  headers="$(node -p "require('node-addon-api').include_dir.replaceAll('\"', '')")"
  node_api="$(node -p "require('node-api-headers').include_dir")"
  defines=(-DNAPI_VERSION=9 "-DCURVE_NATIVE_VERSION=\"$(node -p 'require("../package.json").version')\"" -DNAPI_CPP_EXCEPTIONS -DNODE_ADDON_API_CPP_EXCEPTIONS_ALL -DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS)
  compile=("${CXX:-g++}" "${common[@]}" "${checks[@]}" -fPIC "${defines[@]}" -Isrc -I"$headers" -I"$node_api")
  printf '%s\n' src/core/*.cc src/core/*/*.cc src/napi/*.cc |
    xargs -P "$(nproc)" -I {} sh -c 'file="$1"; shift; "$@" -c "$file" -o "$OUT/$(basename "$file").o"' sh {} "${compile[@]}"
  "${compile[@]}" -shared "$out"/*.o -o "$out/curve_native.node"
  # Node.js itself is not instrumented, so the runtimes must be there first; what it leaves allocated is no leak of ours.
  preload="$("${CXX:-g++}" -print-file-name=libasan.so) $("${CXX:-g++}" -print-file-name=libubsan.so)"
  cd ..
  vitest="$(dirname "$(node -p "require.resolve('vitest/package.json')")")/vitest.mjs"
  tests=("$@")
  [ $# -gt 0 ] || tests=(volume faults attempts segments messages addresses clones health-probe storm recorded threads waiting config outcomes nbd)
  # The report of the ordinary tests is left alone.
  CURVE_NATIVE_ADDON="$out/curve_native.node" ASAN_OPTIONS=detect_leaks=0:abort_on_error=1 \
    LD_PRELOAD="$preload" node "$vitest" run --reporter=default "${tests[@]}"
  exit
fi

seconds="${1:-5}"
decoder=(src/core/wire/*.cc src/core/net/inbound.cc src/core/volume/geometry.cc)
nbd=(src/core/nbd/intake.cc src/core/nbd/protocol.cc src/core/wire/*.cc)
config=(src/core/config/*.cc src/core/wire/*.cc src/core/net/endpoint.cc)

# The slowest build, so it goes on beside everything else.
"${CXX:-g++}" "${common[@]}" -fsanitize=thread -pthread fuzz/race_loop.cc src/core/*.cc src/core/*/*.cc -o "$out/race_loop" &
race_build=$!

if command -v clang++ > /dev/null && echo 'extern "C" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }' |
  clang++ -x c++ - -fsanitize=fuzzer -o "$out/probe" 2> /dev/null; then
  fuzz() { # name, sources…
    local name="$1"
    shift
    clang++ "${common[@]}" "${checks[@]}" -fsanitize=fuzzer "fuzz/$name.cc" "$@" -o "$out/$name"
    "$out/$name" -max_total_time="$seconds" -max_len=8192 -print_final_stats=0
  }
else
  fuzz() {
    local name="$1"
    shift
    "${CXX:-g++}" "${common[@]}" "${checks[@]}" "fuzz/$name.cc" fuzz/mutate.cc "$@" -o "$out/$name"
    "$out/$name" "$seconds"
  }
fi

echo "decoder (ASan, UBSan)"
fuzz fuzz_decoder "${decoder[@]}"
echo "configuration (ASan, UBSan)"
fuzz fuzz_config "${config[@]}"
echo "NBD (ASan, UBSan)"
fuzz fuzz_nbd "${nbd[@]}"
echo "event loop (TSan)"
wait "$race_build"
"$out/race_loop" "$seconds"
