# Shows the board. Everything behind the command goes to the program: bin\lighthouse.ps1 --harbour OSTH
$ErrorActionPreference = "Stop"

$lighthouse = Split-Path -Parent $PSScriptRoot
$env:PYTHONIOENCODING = "utf-8"

python -B (Join-Path $lighthouse "app/lighthouse.py") @args
exit $LASTEXITCODE
