"""Rules of this project that no tool knows.

Each rule is a function of a tree that yields (subject, path, line, text) of what it finds. What a
rule lets pass stands in exceptions.json under the rule's name: the subject, and why.
"""

import re

from ci.checks import outline
from ci.checks import tree as source_tree

COLUMNS = 100
FUNCTION_LINES = 60
FILE_LINES = 400
MEMBER_FUNCTIONS = 40

_CLAUSES = "conformance/contract/clauses.def"

# Code whose results must be the same wherever and whenever it runs.
_JUDGED = (
    "conformance/contract/",
    "conformance/evidence/",
    "conformance/judge/",
    "conformance/mutants/",
    "conformance/port/",
    "conformance/scenario/",
    "conformance/statistics/",
    "conformance/variants/",
    "conformance/world/",
    "runtime/sysmon/",
)
_SURROUNDINGS = re.compile(
    r"\b(?:clock_gettime|gettimeofday|getenv|secure_getenv|gethostname|fopen|opendir)\b"
    r"|\brandom_device\b"
    r"|\bstd::time\b|(?<![\w.:>])time\((?:NULL|nullptr|0|&)"
    r"|_clock::now\b|\bstd::(?:chrono|filesystem|[io]?fstream)\b"
    r"|__(?:FILE|DATE|TIME|TIMESTAMP)__"
    r'|"/(?:proc|tmp|dev|sys|usr|etc|home|var|root)\b'
)
_SLEEP = re.compile(
    r"\bsleep_(?:for|until)\b|(?<![\w.>])(?:usleep|clock_nanosleep|nanosleep)\("
    r"|(?<![\w.>:])(?:::)?sleep\(|\btime\.Sleep\(|^\s*sleep\s+[\d.$\"]",
    re.MULTILINE,
)
_CODE = source_tree.CODE + (".def", ".go", ".py", ".sh", ".bzl", "BUILD", "WORKSPACE", ".bazel")


def _project_code(tree, *endings):
    return [path for path in tree.with_ending(*endings) if not path.startswith("ci/downstream/")]


def clause_ids(tree):
    """A clause that is named exists."""
    table = tree.text(_CLAUSES)
    known = {f"{s}-{n}" for s, n in re.findall(r"^CLAUSE\((\w+), (\d+),", table, re.MULTILINE)}
    sections = {identifier.split("-")[0] for identifier in known}
    named = re.compile(r"\b(" + "|".join(sorted(sections)) + r")[-_](\d+)\b")
    for path in tree.with_ending(*_CODE, ".json", ".md"):
        if path.startswith("ci/checks/"):
            continue
        text = tree.text(path)
        for match in named.finditer(text):
            identifier = "-".join(match.groups())
            if identifier not in known:
                line = source_tree.line_of(text, match.start())
                yield f"{path} {identifier}", path, line, f"there is no clause {identifier}"


def surroundings(tree):
    """Judged code knows neither the time of day, nor the machine, nor a path on it."""
    for path in tree.with_ending(*source_tree.CODE):
        if not path.startswith(_JUDGED) or source_tree.is_test(path):
            continue
        text = outline.without_comments(tree.text(path))
        for match in _SURROUNDINGS.finditer(text):
            line = source_tree.line_of(text, match.start())
            yield path, path, line, f"{match.group(0)}: this code must judge alike everywhere"


def sleeps_in_tests(tree):
    """A test waits for what it needs, never for a while."""
    for path in tree.with_ending(".c", ".cc", ".h", ".go", ".sh", ".py"):
        if not source_tree.is_test(path) or path.startswith("ci/checks/"):
            continue
        text = tree.text(path)
        text = outline.without_comments(text) if path.endswith(source_tree.CODE) else text
        for match in _SLEEP.finditer(text):
            line = source_tree.line_of(text, match.start())
            found = match.group(0).strip()
            yield path, path, line, f"{found}: a test waits for something, not for a while"


def thread_safety(tree):
    """A header says which threads may call what it declares."""
    for path in tree.with_ending(".h", ".hpp"):
        if not path.startswith("ci/") and not re.search(r"[Tt]hread safety", tree.text(path)):
            yield path, path, 1, 'the header does not say its "Thread safety: ..."'


def columns(tree):
    for path in tree.paths:
        if not path.endswith(_CODE) and not re.fullmatch(r"(\.ci|ci)/\w+", path):
            continue
        # A line of a raw string is what it is; a table has a line for each entry.
        if path.endswith(".def"):
            continue
        text = tree.text(path)
        if path.endswith(source_tree.CODE):
            text = outline.without_raw_strings(text)
        for number, line in enumerate(text.splitlines(), 1):
            if len(line) > COLUMNS:
                yield path, path, number, f"{len(line)} columns, {COLUMNS} are allowed"


def file_lines(tree):
    for path in _project_code(tree, *source_tree.CODE, ".go"):
        lines = tree.text(path).count("\n")
        if lines > FILE_LINES and not source_tree.is_test(path):
            yield path, path, 1, f"{lines} lines, {FILE_LINES} allowed: a file is about one noun"


def function_lines(tree):
    for path in _project_code(tree, ".c", ".cc", ".h", ".hpp"):
        for function in outline.outline(tree.text(path))[0]:
            if function.lines > FUNCTION_LINES:
                text = f"{function.name} has {function.lines} lines, {FUNCTION_LINES} are allowed"
                yield f"{path} {function.name}", path, function.line, text


def member_functions(tree):
    for path in _project_code(tree, ".c", ".cc", ".h", ".hpp"):
        for each in outline.outline(tree.text(path))[1]:
            if each.members > MEMBER_FUNCTIONS:
                text = f"{each.name} has {each.members} member functions"
                text += f", {MEMBER_FUNCTIONS} are allowed"
                yield f"{path} {each.name}", path, each.line, text


RULES = (
    clause_ids,
    surroundings,
    sleeps_in_tests,
    thread_safety,
    columns,
    file_lines,
    function_lines,
    member_functions,
)


def check(exceptions, tree):
    for name in exceptions:
        if name not in {rule.__name__ for rule in RULES}:
            yield f"ci/checks/exceptions.json:1: there is no rule {name}"
    for rule in RULES:
        allowed = exceptions.get(rule.__name__, {})
        used = set()
        for subject, path, line, text in rule(tree):
            if subject in allowed:
                used.add(subject)
            else:
                yield source_tree.finding(path, line, text)
        for subject, reason in allowed.items():
            if not reason.strip():
                yield f"ci/checks/exceptions.json:1: {rule.__name__}: {subject} has no reason"
            if subject not in used:
                yield f"ci/checks/exceptions.json:1: {rule.__name__}: no longer needed: {subject}"
