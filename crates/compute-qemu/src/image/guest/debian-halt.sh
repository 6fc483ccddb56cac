#!/bin/busybox sh
# Ends what runs, writes everything to the disk, and powers off or restarts.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
busybox killall5 -15
busybox usleep 300000
busybox killall5 -9
sync
mount -o remount,ro /
busybox "$1" -f
