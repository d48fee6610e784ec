#!/bin/sh
# Keeps a backup of settings and data, named after the day. Meant for the night: "0 3 * * * .../bin/backup.sh"
set -eu

home=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
kept=${LIGHTHOUSE_BACKUPS:-"$home/../lighthouse-backups"}

mkdir -p "$kept"
tar -C "$home" -czf "$kept/$(date +%Y-%m-%d).tar.gz" conf data
