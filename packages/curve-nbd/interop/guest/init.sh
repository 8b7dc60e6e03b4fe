#!/bin/busybox sh
# What the guest does; it tells of it on the console, a word a line.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
# What the kernel has to say of a server that was killed is known.
dmesg -n 1
while read -r module; do insmod "$module"; done < /etc/modules

BLOCKS=60

say() { echo "guest: $*" > /dev/console; }
fail() { say "failed: $*"; sync; poweroff -f; }

content() { yes "worker $1, block $2" | head -c 65536; }
block() { echo $(($1 * BLOCKS + $2)); }

# The kernel lets the disk be attached again only while nobody has it open.
attached() { until [ -e /sys/block/nbd0/pid ]; do sleep 0.5; done; }

# Writes a block until it is acknowledged: when the server goes the kernel fails what is under way.
worker() {
  number=0
  while [ $number -lt $BLOCKS ]; do
    content "$1" $number > /tmp/out-"$1"
    until dd if=/tmp/out-"$1" of=/dev/nbd0 bs=65536 seek="$(block "$1" $number)" oflag=direct conv=notrunc 2> /dev/null; do
      sleep 0.5
      attached
    done
    number=$((number + 1))
  done
}

first_boot() {
  mkfs.ext4 -q /dev/vda || fail mkfs
  mount -t ext4 /dev/vda /mnt || fail mount
  cp -a /bin /lib /lib64 /mnt/ || fail copy
  (cd / && find bin lib lib64 -type f -exec md5sum {} +) > /mnt/sums
  umount /mnt || fail umount
  say made
  reboot -f
}

second_boot() {
  umount /mnt
  e2fsck -f -n /dev/vda > /dev/null 2>&1 || fail e2fsck
  say sound
  mount -t ext4 -o ro /dev/vda /mnt || fail mount
  (cd /mnt && md5sum -c -s sums) || fail compare
  [ "$(wc -l < /mnt/sums)" -gt 10 ] || fail compare
  umount /mnt
  say same
}

kernel_client() {
  port=$(sed 's/.*nbdport=\([0-9]*\).*/\1/' /proc/cmdline)
  ip link set eth0 up
  ip addr add 10.0.2.15/24 dev eth0
  # As a service manager does: with this kernel nbd-client ends when the server does, -persist or not.
  (while :; do
    nbd-client -N second -persist -nonetlink -nofork 10.0.2.2 "$port" /dev/nbd0 > /dev/null 2>&1
    sleep 2
  done) &
  attached
  say writes
  workers=
  for one in 0 1 2 3; do
    worker $one &
    workers="$workers $!"
  done
  # shellcheck disable=SC2086
  wait $workers
  say written
  for one in 0 1 2 3; do
    number=0
    while [ $number -lt $BLOCKS ]; do
      content $one $number > /tmp/expected
      until dd if=/dev/nbd0 of=/tmp/found bs=65536 skip="$(block $one $number)" count=1 iflag=direct 2> /dev/null; do
        sleep 0.5
        attached
      done
      cmp -s /tmp/expected /tmp/found || fail "block $number of worker $one"
      number=$((number + 1))
    done
  done
  say verified
}

if ! mount -t ext4 /dev/vda /mnt 2> /dev/null; then first_boot; fi
second_boot
kernel_client
poweroff -f
