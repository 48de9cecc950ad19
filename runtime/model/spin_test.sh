#!/usr/bin/env bash
# The models of this folder, searched through by spin: the protocol as it is has no error, each
# planted fault is one.
# Usage: spin_test.sh MODEL FAULTS [DEFINITION...]    MODEL.pml; faults are numbered from 1
# MODEL_DEFINITIONS in the environment adds definitions: more tasks in a nightly run, say.
# Exit status: 0 all as said, 1 not, 3 not searched to the end.
set -euo pipefail

model=$PWD/$1
faults=$2
shift 2
read -ra more <<<"${MODEL_DEFINITIONS:-}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# Prints what the search of one variant says.
search() { # FAULT
  spin -a "-DFAULT=$1" "${definitions[@]}" "$model" >spin.log || {
    cat spin.log >&2
    exit 3
  }
  # Safety only: nothing here is about cycles. COLLAPSE keeps millions of states small.
  gcc -O0 -w -DSAFETY -DCOLLAPSE -o pan pan.c
  # Some processes end waiting; the model itself says whether they may (AtTheEnd).
  ./pan -E -m1000000
}

definitions=("$@" "${more[@]}")
status=0
for ((fault = 0; fault <= faults; fault++)); do
  search "$fault" >found.log
  errors=$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' found.log)
  states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' found.log)
  if [[ -z $errors ]] || grep --quiet 'max search depth too small' found.log ||
    { ((errors == 0)) && ! grep --quiet 'Full statespace search' found.log; }; then
    cat found.log >&2
    echo "spin_test: fault $fault was not searched to the end" >&2
    exit 3
  fi
  said=$(grep --max-count=1 'assertion violated' found.log || true)
  echo "fault $fault: $errors errors, $states states: $said"
  if (((errors > 0) != (fault > 0))); then
    echo "spin_test: fault $fault: $errors errors" >&2
    status=1
  fi
done
exit "$status"
