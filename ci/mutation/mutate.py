"""A mutation run: changes sources by universalmutator's rules, compiles each change, and lets the
worlds of the suite judge it. ci/mutate builds what judges, and calls this.

What nobody notices is printed as a diff. Changes that nobody can notice stand in equivalent.json,
each with the reason; one that is noticed, or is not made any more, is stale.
"""

import argparse
import concurrent.futures
import difflib
import fnmatch
import json
import os
import random
import shutil
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, ROOT)
sys.dont_write_bytecode = True

from ci.mutation import batches, judging, sources  # noqa: E402

# What is changed: a library, by the folder of its package and its target.
SUBJECTS = {
    "monitor": ("runtime/sysmon", "sysmon"),
    "right": ("runtime/sysmon", "sysmon"),
    "world": ("conformance/world", "virtual_runtime"),
}
# How many changed monitors one library holds.
BATCH = 100
EQUIVALENT = os.path.join(ROOT, "ci/mutation/equivalent.json")


def subject_named(name):
    folder, target = SUBJECTS[name]
    with open(os.path.join(ROOT, folder, "BUILD"), encoding="utf-8") as file:
        names = sources.of_target(file.read(), target)
    library = "lib{}_Slib{}.so".format(*(part.replace("_", "_U") for part in (folder, target)))
    files = tuple(f"{folder}/{file}" for file in names if file.endswith(".cc"))
    return judging.Subject(name, library.replace("/", "_S"), files)


def changes_of(arguments, subject, folder):
    paths = [path for path in subject.sources if fnmatch.fnmatch(path, arguments.files)]
    if not paths:
        print(f"ci/mutate: no source of {arguments.subject} matches {arguments.files}")
        return None
    if arguments.subject == "right":
        return [c for path in paths for c in sources.right_changes(path)]
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    mutator = sources.find_mutator(os.path.join(cache, "proctor", "universalmutator"))
    if mutator is None:
        print("ci/mutate: no universalmutator: install python3-venv and reach PyPI, or put its")
        print(f"  command `mutate` on PATH ({sources.MUTATOR})")
        return None
    found = []
    for path in paths:
        found += sources.wrong_changes(mutator, path, os.path.join(folder, path.replace("/", "_")))
    return found


def show(change, original):
    differences = difflib.unified_diff(
        original.splitlines(), change.text.splitlines(), change.path, change.path, "", "", 2, ""
    )
    print("\n".join(differences))


def read_equivalent(subject):
    with open(EQUIVALENT, encoding="utf-8") as file:
        entries = json.load(file)
    keys = {}
    for entry in entries:
        key = (entry["path"], entry["function"], entry["before"], entry["after"])
        if entry["path"] in subject.sources:
            keys[key] = entry["reason"]
    return keys


def judge_batches(judge, subject, commands_for, changes, end, report):
    """[(change, outcome)] of changed monitors, many in a library."""
    results = []
    for first in range(0, len(changes), BATCH):
        if time.monotonic() > end:
            break
        group = changes[first : first + BATCH]
        batch = batches.Batch(ROOT, subject, group)

        def one(number):
            change = group[number]
            if number not in batch.compiled:
                return judging.Outcome("not compiled", "")
            outcome = judge.hunt(batch.folder, commands_for(change), number)
            if outcome.verdict == "survived" and judge.is_same_code(change):
                return judging.Outcome("same code", "")
            return outcome

        try:
            with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
                for number, outcome in enumerate(pool.map(one, range(len(group)))):
                    results.append((group[number], outcome))
                    report(group[number], outcome, len(results))
        finally:
            batch.close()
    return results


def judge_all(judged, changes, end, report):
    """[(change, outcome)] of what was judged until then."""
    results = []

    def one(change):
        return None if time.monotonic() > end else judged(change)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        futures = {pool.submit(one, change): change for change in changes}
        for future in concurrent.futures.as_completed(futures):
            outcome = future.result()
            if outcome is not None:
                results.append((futures[future], outcome))
                report(futures[future], outcome, len(results))
    return results


def conclude(arguments, changes, results, reasons, originals, seconds):
    """Prints what is bad, and a line of counts. Returns the exit status."""
    counts = {}
    for _, outcome in results:
        counts[outcome.verdict] = counts.get(outcome.verdict, 0) + 1
    compiled = counts.get("killed", 0) + counts.get("survived", 0)
    bad = 0

    def report(what, change):
        nonlocal bad
        bad += 1
        print(f"\n{what}: {change.path}:{change.line} in {change.function}")
        show(change, originals[change.path])

    if arguments.subject == "right":
        for change, outcome in results:
            if outcome.verdict == "killed":
                report(f"FALSE ACCUSATION by {outcome.by}", change)
        print(f"\nright changes: {compiled} compiled, {bad} accused", end="")
    else:
        known = 0
        for change, outcome in results:
            if outcome.verdict == "survived" and change.key in reasons:
                known += 1
            elif outcome.verdict == "survived":
                report("SURVIVOR", change)
            elif outcome.verdict == "killed" and change.key in reasons:
                report(f"STALE, noticed by {outcome.by}", change)
        made = {change.key for change in changes}
        for key in reasons:
            asked = arguments.sample is None and fnmatch.fnmatch(key[0], arguments.files)
            if asked and key not in made:
                bad += 1
                print(f"\nSTALE, no such change is made: {key}")
        survivors = counts.get("survived", 0) - known
        print(
            f"\nmutants: {compiled} compiled, {counts.get('killed', 0)} killed, "
            f"{known} equivalent, {survivors} survivors",
            end="",
        )
    print(
        f"; {counts.get('same code', 0)} with the same code, {counts.get('not compiled', 0)} not "
        f"compiled, {len(changes) - len(results)} not reached; {seconds:.0f} s"
    )
    return 1 if bad > 0 else 0


def main():
    parser = argparse.ArgumentParser(prog="ci/mutate")
    parser.add_argument("subject", choices=sorted(SUBJECTS))
    parser.add_argument("--budget", type=float, default=1800)
    parser.add_argument("--files", default="*")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--worlds", type=int, default=2000)
    parser.add_argument("--out")
    try:
        arguments = parser.parse_args()
    except SystemExit as stopped:
        return 0 if stopped.code == 0 else 64
    os.chdir(ROOT)

    started = time.monotonic()
    copy = judging.copy_judges(ROOT)
    try:
        subject = subject_named(arguments.subject)
        hunt = os.path.join(copy, judging.HUNT)
        quick = [[hunt, "0"]]
        commands = quick + [[hunt, str(arguments.worlds)]]
        if arguments.subject == "world":
            commands.append([os.path.join(copy, judging.WORLD_TEST)])
        judge = judging.Judge(ROOT, subject, commands)
        unchanged = judge.judge(None)
        if unchanged.verdict != "survived":
            print(f"ci/mutate: the unchanged sources are not green: {unchanged.by}")
            return 3
        changes = changes_of(arguments, subject, os.path.join(copy, "mutants"))
        if changes is None:
            return 3
        if arguments.sample is not None and arguments.sample < len(changes):
            changes = random.Random(arguments.seed).sample(changes, arguments.sample)
        print(f"ci/mutate: {len(changes)} changes", flush=True)

        def report(change, outcome, done):
            if arguments.out:
                with open(arguments.out, "a", encoding="utf-8") as file:
                    line = {**change._asdict(), "verdict": outcome.verdict, "by": outcome.by}
                    del line["text"]
                    file.write(json.dumps(line) + "\n")
            if done % 100 == 0:
                print(f"ci/mutate: {done}, {time.monotonic() - started:.0f} s", flush=True)

        # What is known to be equivalent is looked at, but not for long.
        known = {} if arguments.subject == "right" else read_equivalent(subject)
        commands_for = lambda change: quick if change.key in known else None
        end = started + arguments.budget
        if arguments.subject == "world":
            judged = lambda change: judge.judge(change, commands_for(change))
            results = judge_all(judged, changes, end, report)
        else:
            results = judge_batches(judge, subject, commands_for, changes, end, report)
        originals = {path: open(path, encoding="utf-8").read() for path in subject.sources}
        seconds = time.monotonic() - started
        return conclude(arguments, changes, results, known, originals, seconds)
    finally:
        shutil.rmtree(copy, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
