#!/usr/bin/env bash
# Makes the addon of this machine's processor in a container whose C library is the oldest that releases support.
# Usage: prebuild-in-container.sh glibc|musl
# Needs Docker, and the installed dependencies of this repository.
set -euo pipefail
cd "$(dirname "$0")/../../.."
prebuild='node scripts/pnpm.mjs --filter @curve-wcs/curve-native run prebuild'
options=(--rm --volume "$PWD:/curve-wcs" --workdir /curve-wcs)

case "${1:-}" in
  glibc)
    # glibc 2.28 and a current compiler. Node.js, which runs there too, is this machine's.
    image="quay.io/pypa/manylinux_2_28_$(uname -m)"
    node="$(dirname "$(dirname "$(node --print process.execPath)")")"
    options+=(--volume "$node:/node:ro" --env PYTHON=/opt/python/cp312-cp312/bin/python3)
    make="PATH=/node/bin:\$PATH $prebuild --max-glibc 2.28"
    ;;
  musl)
    image=node:20-alpine
    make="apk add --no-cache g++ make python3 && $prebuild"
    ;;
  *)
    sed -n '2,4s/^# //p' "$0" >&2
    exit 2
    ;;
esac

# What lies in the build folder was made by another compiler. In the container everything belongs to root.
folder=packages/curve-native
docker run "${options[@]}" "$image" sh -c "
  set -e
  rm -rf $folder/native/build
  $make
  rm -rf $folder/native/build
  chown -R $(id -u):$(id -g) $folder/prebuilds"
