#!/usr/bin/env bash
# Fuzzes the decoders and the configuration under ASan and UBSan, and races the event loop under TSan.
# Usage: sanitize.sh [seconds for each driver, default 5]
set -euo pipefail
cd "$(dirname "$0")/../native"
seconds="${1:-5}"
out="$(mktemp -d)"
trap 'rm -rf "$out"' EXIT
common=(-std=c++17 -g -O0 -Wall -Wextra -fno-omit-frame-pointer -Isrc/core)
checks=(-fsanitize=address,undefined -fno-sanitize-recover=all)
decoder=(src/core/wire/*.cc src/core/net/inbound.cc src/core/volume/geometry.cc)
config=(src/core/config/*.cc src/core/wire/*.cc src/core/net/endpoint.cc)

# The slowest build, so it goes on beside everything else.
"${CXX:-g++}" "${common[@]}" -fsanitize=thread -pthread fuzz/race_loop.cc src/core/*/*.cc -o "$out/race_loop" &
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
echo "event loop (TSan)"
wait "$race_build"
"$out/race_loop" "$seconds"
