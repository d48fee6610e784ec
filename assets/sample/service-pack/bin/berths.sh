#!/bin/sh
# Shows who lies where tonight: bin/berths.sh SALT, or all harbours.
set -eu

home=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
exec python3 -B "$home/app/berths.py" "$@"
