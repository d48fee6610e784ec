#!/bin/sh
# Shows the board. Everything behind the command goes to the program: bin/lighthouse.sh --harbour OSTH
set -eu

home=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
exec python3 -B "$home/app/lighthouse.py" "$@"
