#!/bin/sh
# The power button was pressed.
busybox poweroff
