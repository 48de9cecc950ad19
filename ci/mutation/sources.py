"""Changed copies of a source file: wrong ones by universalmutator, right ones by own rules."""

import ast
import hashlib
import os
import re
import subprocess
import sys
from typing import NamedTuple

from ci.checks import outline

MUTATOR = "universalmutator==1.14.1"

# Reads of the host that are allowed at any moment, with any lock or none.
FREE_READS = (
    "HelperIdle",
    "IdleProcessors",
    "LastPollNs",
    "PollerReady",
    "Processors",
    "ScavengerAskedFor",
    "SpinningThreads",
    "StopPending",
)


class Change(NamedTuple):
    """One changed line, or a few, of one file."""

    path: str
    line: int  # the first one that differs, from 1
    function: str  # around it; empty outside of all
    before: str  # the lines that differ, without what surrounds them
    after: str
    text: str  # the whole file, changed

    @property
    def key(self):
        """What names it in equivalent.json: not its line, which moves."""
        return (self.path, self.function, self.before, self.after)


def of_target(build, target):
    """The `srcs` of a target of a BUILD file."""
    for node in ast.walk(ast.parse(build)):
        if isinstance(node, ast.Call):
            arguments = {keyword.arg: keyword.value for keyword in node.keywords}
            name = arguments.get("name")
            if isinstance(name, ast.Constant) and name.value == target:
                return ast.literal_eval(arguments["srcs"])
    raise ValueError(f"there is no target {target}")


def find_mutator(cache):
    """The command of universalmutator, installed into `cache` if it is on no PATH. None: cannot."""
    for folder in os.environ.get("PATH", "").split(":") + [os.path.join(cache, "bin")]:
        program = os.path.join(folder, "mutate")
        if os.access(program, os.X_OK):
            return program
    print(f"ci/mutate: installing {MUTATOR} into {cache}", flush=True)
    for command in (
        [sys.executable, "-m", "venv", cache],
        [os.path.join(cache, "bin", "pip"), "install", "--quiet", MUTATOR],
    ):
        if subprocess.run(command, check=False).returncode != 0:
            return None
    return os.path.join(cache, "bin", "mutate")


def _code(text):
    """What the compiler sees of a text, nearly: no comments, no blank space at ends of lines."""
    lines = (line.strip() for line in outline.without_comments(text).splitlines())
    return "\n".join(line for line in lines if line)


def make_change(path, original, changed):
    """The change between two texts of a file, or None where the code is the same."""
    if _code(original) == _code(changed):
        return None
    old, new = original.splitlines(), changed.splitlines()
    first = 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1

    def between(lines):
        return "\n".join(line.strip() for line in lines[first : len(lines) - last])

    function = ""
    for each in outline.outline(original)[0]:
        if each.line <= first + 1 < each.line + each.lines:
            function = each.name
    return Change(path, first + 1, function, between(old), between(new), changed)


def _distinct(path, original, texts):
    seen = set()
    for text in texts:
        change = make_change(path, original, text)
        digest = hashlib.sha256(_code(text).encode()).digest()
        if change is not None and digest not in seen:
            seen.add(digest)
            yield change


def wrong_changes(mutator, path, folder):
    """Every change that the mutator's rules for C++ and extra.rules make of a file.

    extra.rules has what monitors get wrong and the others do not make: types narrowed, calls done
    twice or every other time, bounds off by one, another lock, term or count.
    """
    with open(path, encoding="utf-8") as file:
        original = file.read()
    os.makedirs(folder, exist_ok=True)
    rules = os.path.join(os.path.dirname(os.path.abspath(__file__)), "extra.rules")
    subprocess.run(
        [mutator, path, "cpp", rules, "--noCheck", "--swap", "--mutantDir", folder],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    texts = []
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            text = file.read()
        # The mutator takes the number in a type's name for a number.
        if not re.search(r"\bu?int(?!(?:8|16|32|64)_t\b)[^\s]*_t\b", text):
            texts.append(text)
    return list(_distinct(path, original, texts))


def _with_line(lines, index, *new):
    return "\n".join(lines[:index] + list(new) + lines[index + 1 :]) + "\n"


_VALUE = (
    r"(?:host_\.(?:" + "|".join(FREE_READS) + r")\(\)|host_\.HasLocalWork\(\w+\)|\w+\.Is\(\w+\)"
    r"|[\w.:]+(?![\w.:(]))"
)
_TERM = rf"(!?{_VALUE}(?: (?:[!=]=|[<>]=?) -?{_VALUE})?)"
_SWAPS = (
    (re.compile(rf"(\(|return |&& |\|\| |^\s+){_TERM} && {_TERM}(?=\)|;| &&| \|\||$)"), "&&"),
    (re.compile(rf"(\(|return |\|\| ){_TERM} \|\| {_TERM}(?=\)|;| \|\|)"), "||"),
    (re.compile(rf"(\(|return |&& |= |\+ )({_VALUE}) \+ ({_VALUE})(?=\)|;| [<>]=? )"), "+"),
)


def _right_texts(original):
    lines = original.splitlines()
    functions = outline.outline(original)[0]
    for index, line in enumerate(lines):
        inside = any(f.line < index + 1 < f.line + f.lines - 1 for f in functions)
        if not inside or line.lstrip().startswith("//"):
            continue
        indent = line[: len(line) - len(line.lstrip())]
        before = lines[index - 1].rstrip()
        statement = line.endswith((";", "{")) and before.endswith((";", "{", "}"))
        # A read more, whose value nobody looks at.
        if statement and not line.lstrip().startswith("}"):
            for read in FREE_READS:
                yield _with_line(lines, index, f"{indent}(void)host_.{read}();", line)
        for match in re.finditer(r"host_\.(?:" + "|".join(FREE_READS) + r")\(\)", line):
            read = match.group(0)
            head, tail = line[: match.start()], line[match.end() :]
            # Read twice, the second value counting, or the first.
            yield _with_line(lines, index, f"{head}((void){read}, {read}){tail}")
            first = f"[&] {{ const auto first = {read}; (void){read}; return first; }}()"
            yield _with_line(lines, index, f"{head}{first}{tail}")
        # Terms without effects in the other order.
        for pattern, sign in _SWAPS:
            for match in pattern.finditer(line):
                swapped = f"{match.group(1)}{match.group(3)} {sign} {match.group(2)}"
                changed = line[: match.start()] + swapped + line[match.end() :]
                yield _with_line(lines, index, changed)


def right_changes(path):
    """Changes that break no clause: reads more, reads repeated, terms in another order."""
    with open(path, encoding="utf-8") as file:
        original = file.read()
    return list(_distinct(path, original, _right_texts(original)))
