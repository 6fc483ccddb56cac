#!/bin/sh
# First process of the tiny image: mounts and modules, then busybox init takes over.
# Only what the prompt needs happens here, because every process is dear where the processor is translated in software.
# The shell finds busybox's commands without links, but through /proc.
/bin/busybox mount -t proc proc /proc
mount -t devtmpfs dev /dev
mount -t sysfs sys /sys
mount -t tmpfs run /run
while read -r module; do insmod "/modules/$module.ko"; done </modules/order
/etc/nocloud identity
exec busybox init
