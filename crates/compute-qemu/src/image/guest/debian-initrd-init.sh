#!/bin/sh
# Loads what reaches the disk, then hands over to the system on it.
/bin/busybox mount -t proc proc /proc
mount -t devtmpfs dev /dev
mount -t sysfs sys /sys
while read -r module; do insmod "/modules/$module.ko"; done </modules/order
mount -t ext4 -o rw,noatime /dev/vda /root
# /proc goes last, because the shell finds its commands through it.
for place in dev sys proc; do mount --move /$place /root/$place; done
exec /bin/busybox switch_root /root /sbin/init
