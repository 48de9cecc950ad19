#!/usr/bin/env bash
# The command under attack: hostile files, and a system that refuses what the command needs. Each
# case wants an exit status and a text in what is printed; none may crash, hang, or print anything
# but printable characters.
set -uo pipefail
export LC_ALL=C

proctor=$PWD/conformance/command/proctor
corpus=$PWD/conformance/command/hostile
work=$(mktemp -d "${TEST_TMPDIR:-/tmp}/hostile-XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
cases=0
failures=0

fail() { # what, output
  printf 'FAILED: %s\n%s\n' "$1" "${2:0:2000}"
  failures=$((failures + 1))
}

# Runs a shell command; its exit status must be the first argument, its output must hold the second.
expect() { # status, text, command
  local output status
  cases=$((cases + 1))
  output=$(timeout --signal=KILL 60 bash -c "$3" 2>&1)
  status=$?
  if [[ $status -ne $1 ]] || ! grep --fixed-strings --quiet -- "$2" <<<"$output"; then
    fail "$3: status $status, wanted $1 and: $2" "$output"
  fi
  if grep --quiet --perl-regexp '[^\x20-\x7e\n]' <<<"$output"; then
    fail "$3: prints what is not printable" "$(cat -v <<<"$output")"
  fi
}

# Quick, and judged: one small world.
check="$proctor check reference --tiers V --clauses CAD-2 --scenario lone_spinner"

expect 0 "1 conforms; exit status 0" "$check"

# Files that are none, each named, with the remedy.
for file in "$corpus"/scenario/*; do
  expect 64 "$file: " "$proctor check reference --tiers V --scenario $file"
done
for file in "$corpus"/expectations/*; do
  expect 64 "$file: " "$check --expectations $file"
done
for file in "$corpus"/bundle/*; do
  expect 64 "$file: " "$proctor replay $file"
done
for file in "$corpus"/trace/*; do
  expect 3 "$file:" "$proctor judge $file"
done

# Too deep, and too large, to lie in the tree.
for depth in 65 40000 65000 1000000; do
  head -c "$depth" /dev/zero | tr '\0' '[' >deep.json
  expect 64 "deep.json: " "$proctor check reference --scenario deep.json"
  expect 64 "deep.json: " "$check --expectations deep.json"
  expect 64 "deep.json: " "$proctor replay deep.json"
  { cat deep.json && echo; } >deep.jsonl
  expect 3 "deep.jsonl:1: header: nests deeper than 64 levels" "$proctor judge deep.jsonl"
done
for place in /dev/zero /dev/null /tmp; do
  expect 64 "$place: is a" "$proctor check reference --scenario $place"
  expect 64 "$place: is a" "$check --expectations $place"
  expect 64 "$place: is a" "$proctor replay $place"
  expect 3 "$place: is a" "$proctor judge $place"
done
mkfifo fifo
expect 64 "fifo: nothing came out of this pipe" "$proctor check reference --scenario fifo"
expect 3 "fifo: nothing came out of this pipe" "$proctor judge fifo"
: >empty
expect 64 "empty: expectations: not JSON" "$check --expectations empty"
echo '#!/bin/sh' >not_executable
expect 3 "is no program that may be executed" "$proctor check ./not_executable"

# What was asked for and cannot be judged is said, and is no success.
expect 64 "no clause matches 'DEEP-99'" "$proctor check reference --clauses CAD-2,DEEP-99"
expect 64 "an empty part in 'CAD-2,'" "$proctor check reference --clauses CAD-2,"
expect 64 "there is no evidence of tier V from go" "$proctor check go --tiers V"
expect 64 "there is no evidence of tier O" "$proctor check mutant=sleep_in_wrong_unit --tiers O"
expect 64 "holds in go1.22" "$proctor check reference --tiers V --clauses POLL-5"
expect 64 "--worlds: '9223372036854775807' is not a whole number" \
  "$check --worlds 9223372036854775807"
expect 2 "the budget ended" "$proctor check reference --tiers V --clauses CAD-2 --budget 0s"

# Options that do not fit.
for value in -1s =s 3000000h 10 s 1.5s 99999999999999999999h; do
  expect 64 "--budget: '$value' is not a duration" "$check --budget=$value"
  expect 64 "--for: '$value' is not a duration" "$proctor observe --for=$value -- true"
done
for value in 18446744073709551616 -1 1e3 0x10; do
  expect 64 "--seed: '$value' is not a whole number from 0 to 18446744073709551615" \
    "$check --seed=$value"
done
for option in clauses tiers scenario seed budget worlds out state-map expectations profile; do
  expect 64 "--$option: is empty; give a value, or leave it out" \
    "$proctor check reference --$option ''"
done
for option in workload case out; do
  expect 64 "--$option: is empty" "$proctor stress reference --$option ''"
done
for words in "judge ''" "replay ''" "explain ''" "check ''" "lint ''" "compare '' ''"; do
  expect 64 ": is empty; give a value" "$proctor $words"
done
expect 64 "--seed: may be given once only" "$check --seed 1 --seed 2"
expect 64 "--tiers: needs a value" "$proctor check reference --tiers"
expect 64 "compare needs two" "$proctor compare reference"
expect 64 "mutant=x: no such mutant" "$proctor check mutant=x"
expect 3 "$work: is a folder" "$proctor check $work"
expect 0 "1 conforms; exit status 0" \
  "$proctor check --tiers V --clauses CAD-2 --scenario lone_spinner reference"
expect 64 "there is no subcommand 'dance'" "$proctor dance"
expect 0 "--budget" "$proctor check --help"
if "$proctor" check --help | grep --quiet --extended-regexp '[0-9]{25}'; then
  fail "check --help prints a number that nobody reads" ""
fi

# Nothing can be printed: the files are there, and one line says it.
expect 3 "standard output cannot be written: No space left on device" "$check --out full >/dev/full"
expect 0 "proctor-results" "cat full/results.json"
expect 3 "standard output cannot be written: Bad file descriptor" "$check --out closed >&-"
expect 0 "proctor-results" "cat closed/results.json"
expect 3 "standard output cannot be written: Broken pipe" \
  "set -o pipefail; ($check --out broken; exit \$?) | true"
expect 0 "proctor-results" "cat broken/results.json"
expect 3 "standard output cannot be written" "$proctor list clauses >/dev/full"
expect 3 "standard output cannot be written" "$proctor explain CAD-2 >/dev/full"
expect 3 "standard output cannot be written" "$proctor --help >/dev/full"

# A system that refuses. Whether some limits hold depends on who runs this.
expect 3 "set" "TMPDIR=/nowhere $check"
expect 3 "set" "TMPDIR=$work/empty $check"
expect 3 "set" "TMPDIR=$(printf 'x%.0s' {1..5000}) $check"
expect 3 "cannot be written: " "ulimit -f 1; ${check/CAD-2/CAD-*} --out small"
expect 0 "0" "find small -name '*.??????' | wc -l"
expect 3 "raise \`ulimit -n\`" "ulimit -n 20; $check"

# An earlier run's files are named; a folder without rights is, too.
mkdir -p old/bundles && echo '{}' >old/bundles/CAD-9.json
expect 0 "1 file is an earlier run's: bundles/CAD-9.json" "$check --out old"
expect 3 "cannot be created" "$check --out empty/below"

# AddressSanitizer ends a program that it cannot get memory for.
if [[ -z ${ASAN_OPTIONS:-} ]]; then
  expect 3 "there is no memory left" "ulimit -d 1000; $check"
fi
expect 3 "raise \`ulimit -s\`" "ulimit -s 64; $check"

# Commands that are none, told in one line; nothing waits for them.
mkfifo fifo_program && chmod +x fifo_program
echo 'exit 3' >no_interpreter && chmod +x no_interpreter
: >nothing_in_it && chmod +x nothing_in_it
for options in "" "--follow-children"; do
  for program in ./fifo_program ./no_interpreter ./nothing_in_it /tmp; do
    expect 3 "proctor: $program: cannot be started: " "$proctor observe $options -- $program"
    expect 0 "1" "$proctor observe $options -- $program 2>&1 | grep -v '^process\|^[0-9]' | wc -l"
  done
done
expect 3 "ended before it showed a monitor" \
  "sleep 0.5 & exec $proctor observe --pid \$!"
# Asked to end while it looks for a monitor.
expect 3 "interrupted while looking for a monitor" \
  "sleep 30 & exec timeout --foreground --preserve-status -s TERM 1 $proctor observe --pid \$!"
# timeout(1) asks twice, the program and its group; that is one request.
expect 3 "interrupted while looking for a monitor" \
  "sleep 30 & exec timeout --preserve-status -s TERM 1 $proctor observe --pid \$!"
expect 2 "not judged: tier V" \
  "timeout --preserve-status 2 ${check/--scenario lone_spinner/} --worlds 10000000 --out twice"
expect 0 "proctor-results" "cat twice/results.json"
# With SIGCHLD ignored by who starts it.
expect 7 "status 7" "trap '' CHLD; $proctor observe -- sh -c 'exit 7'"
expect 0 "1 conforms" "RUNFILES_MANIFEST_FILE=$work/fifo BUILD_WORKING_DIRECTORY= $check"

# Earlier runs that are none, or not whole.
$check --out run >run.txt
mkdir damaged && fresh='cp run/results.json damaged/results.json'
compare="$proctor compare damaged run --out compared"
for damage in ': >damaged/results.json' 'truncate -s 100 damaged/results.json' \
  'truncate -s +1 damaged/results.json' 'truncate -s 3G damaged/results.json' \
  'rm damaged/results.json; mkfifo damaged/results.json' 'rm damaged/results.json' \
  'ln -sf results.json damaged/results.json' 'ln -sf /dev/zero damaged/results.json' \
  'sed -i s/proctor-results/other/ damaged/results.json'; do
  rm -rf damaged/results.json
  expect 64 "damaged/results.json: " "$fresh; $damage; $compare"
done
rm -f damaged/results.json
{ printf '{"schema":"proctor-results/1","x":[' && yes '[],' | head -n 2000000 && echo '1]}'; } \
  >damaged/results.json
expect 64 "damaged/results.json: results: holds more than 1000000 values" "$compare"
expect 0 "1 verdicts are the same" "$fresh; $compare"
expect 3 "--out damaged: is one of the runs that are compared" \
  "$proctor compare damaged run --out damaged"
expect 3 "empty/1: cannot be created" "$proctor compare damaged run --out empty"
expect 2 "nothing could be compared" \
  "sed -i 's/^  *\"clause\": \"CAD-2\"/\"clause\": \"CAD-3\"/' damaged/results.json; $compare"

# A folder that is called as an implementation, by chance.
mkdir reference
expect 64 "'nosuch' is no implementation" "$proctor compare reference nosuch --budget 1s"

# An adapter that fails whatever it is asked for need not be asked for ever.
cat >fails <<'END'
#!/bin/sh
echo '{"schema":"proctor-adapter/1","name":"fails","version":"1","operations":["spin","work",
"block","calls","sleep","yield","send","receive","spawn"],"settable":["procs","gc_percent"],
"in_force":{"procs":1},"monitor":null}' | tr -d '\n' >&4
echo >&4
read -r line <&3 && exit 3
exit 0
END
chmod +x fails
expect 3 "fails: nothing was measured in 8 runs; the last: the process ended with status 3" \
  "$proctor compare ./fails ./fails --no-clauses --budget 1s"

# Names that a shell would act on come back as they were.
mkdir 'v;touch PWNED #'
cp /bin/true 'v;touch PWNED #/a b'
expect 3 "replay: $proctor check 'v;touch PWNED #/a b' --clauses CAD-2" \
  "$proctor check 'v;touch PWNED #/a b' --clauses CAD-2"

# Started through PATH and through a link, the reference's adapter is found.
ln -s "$proctor" link
bare="env -u RUNFILES_DIR -u RUNFILES_MANIFEST_FILE"
expect 0 "the reference runtime" "$bare ./link list implementations"
expect 0 "the reference runtime" \
  "PATH=$(dirname "$proctor"):\$PATH $bare proctor list implementations"

printf '%d cases, %d failed\n' "$cases" "$failures"
exit $((failures > 0))
