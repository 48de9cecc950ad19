"""Runs the checks named over a tree and prints what they find.

Usage: check.py [--git ROOT] CHECK...
Without --git it reads the current folder, as a test's run files lay it out.
Exit status: 0 nothing found, 1 something.
"""

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.dont_write_bytecode = True

from ci.checks import documents  # noqa: E402
from ci.checks import house_rules  # noqa: E402
from ci.checks import layers  # noqa: E402
from ci.checks import module_file  # noqa: E402
from ci.checks import tree as source_tree  # noqa: E402


def _data(name):
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, name), encoding="utf-8") as file:
        return json.load(file)


def _packages(tree):
    """Each package gives its sources to //ci:sources: what is missing there, no test reads."""
    listed = tree.text("ci/BUILD")
    for path in tree.paths:
        package = os.path.dirname(path)
        if os.path.basename(path) != "BUILD" or package in ("ci", "ci/downstream"):
            continue
        if 'name = "sources"' not in tree.text(path):
            yield source_tree.finding(path, 1, "has no filegroup `sources`, as other packages have")
        if f'"//{package}:sources"' not in listed:
            yield source_tree.finding("ci/BUILD", 1, f"//{package}:sources is missing")


CHECKS = {
    "documents": documents.check,
    "house_rules": lambda tree: house_rules.check(_data("exceptions.json"), tree),
    "layers": lambda tree: layers.check(_data("layers.json"), tree),
    "module_file": module_file.check,
    "packages": _packages,
}


def main(arguments):
    tree = None
    if arguments[:1] == ["--git"]:
        tree = source_tree.Tree.of_git(arguments[1])
        arguments = arguments[2:]
    if not arguments or any(name not in CHECKS for name in arguments):
        print("usage: check.py [--git ROOT] " + "|".join(CHECKS) + "...", file=sys.stderr)
        return 64
    tree = tree or source_tree.Tree.of_folder(os.getcwd())
    # A check that sees nothing finds nothing.
    if len(tree.with_ending(*source_tree.CODE)) < 100:
        print("check.py: this is not the project's tree: too few files", file=sys.stderr)
        return 1
    findings = [text for name in arguments for text in CHECKS[name](tree)]
    for text in findings:
        print(text)
    print(f"{' '.join(arguments)}: {len(findings)} findings in {len(tree.paths)} files")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
