#!/usr/bin/env bash
# Unpacks Debian's Chromium, and what it needs that this machine lacks, into a folder: no rights are needed, and nothing
# is installed.
set -euo pipefail

target=$1
[ -x "$target/usr/lib/chromium/chromium" ] && exit 0
command -v apt-get > /dev/null || { echo 'apt-get is not here' >&2; exit 1; }

state=$target.apt
mkdir -p "$state"/{lists/partial,cache/archives/partial}
# Lists and archives of its own; what is installed is known from the system.
apt=(-o "Dir::State=$state" -o "Dir::State::lists=$state/lists" -o "Dir::State::status=/var/lib/dpkg/status"
  -o "Dir::Cache=$state/cache" -o Debug::NoLocking=1 -o APT::Sandbox::User= -o APT::Install-Recommends=0 -qq)

apt-get "${apt[@]}" update
apt-get "${apt[@]}" --yes --download-only install chromium fonts-dejavu-core
staging=$target.partial
rm -rf "$staging"
for archive in "$state"/cache/archives/*.deb; do dpkg-deb --extract "$archive" "$staging"; done
# Some libraries are in folders that the loader knows only where they are installed.
(cd "$staging" && find . -name "*.so*" -printf "%h\n" | sort -u > library-folders)
rm -rf "$state" "$target"
mv "$staging" "$target"
