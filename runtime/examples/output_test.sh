#!/usr/bin/env bash
# A program prints just what is expected. Usage: output_test.sh EXPECTED PROGRAM ARGUMENT...
set -euo pipefail

expected=$1
shift
actual=$(timeout 120 "$@")
if [[ $actual != "$expected" ]]; then
  printf 'expected: %s\nactual: %s\n' "$expected" "$actual"
  exit 1
fi
