"""Documents name what exists: paths, targets and anchors of links."""

import os
import re

from ci.checks import tree as source_tree

_LINK = re.compile(r"\]\(([^)\s]+)\)")
# A word in backticks that looks like a path below one of the project's folders.
_PATH = re.compile(r"`((?:\.ci|" + "|".join(source_tree.FOLDERS) + r")/[^`\s]*)`")
_LABEL = re.compile(
    r"(?<![\w@/])//((?:" + "|".join(source_tree.FOLDERS) + r")[\w/.-]*)?(:[\w.-]+)?"
)
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def _alternatives(path):
    """`a/{b,c}.h` names two files."""
    match = re.search(r"\{([^{}]+)\}", path)
    if match is None:
        return [path]
    found = []
    for part in match.group(1).split(","):
        found += _alternatives(path[: match.start()] + part + path[match.end() :])
    return found


def _exists(tree, path):
    path = os.path.normpath(path)
    if "*" in path:
        pattern = re.compile(re.escape(path).replace(r"\*", "[^/]*"))
        return any(pattern.fullmatch(other) for other in tree.paths)
    # What Bazel ignores is no part of any package, so tests do not see it.
    ignored = tree.text(".bazelignore").split() if tree.has(".bazelignore") else []
    return tree.has(path) or tree.has_folder(path) or path.startswith(tuple(ignored))


def _targets(text):
    """The names of a BUILD file's targets, as far as they are written out."""
    return set(re.findall(r'name = "([^"]+)"', text))


def _target_exists(tree, package, name):
    build = os.path.join(package, "BUILD") if package else "BUILD"
    if not tree.has(build):
        return False
    text = tree.text(build)
    if name in _targets(text) or tree.has(os.path.join(package, name)):
        return True
    # A list comprehension's targets: suite_go1.20, layers_test.
    return any(name.startswith(begin) for begin in re.findall(r'name = "([^"]+)" \+', text)) or any(
        name.endswith(end) for end in re.findall(r'name = \w+ \+ "([^"]+)"', text)
    )


_CLAUSES = "conformance/contract/clauses.def"


def _check_number_of_clauses(tree):
    """The number of clauses that README.md and others state."""
    if not tree.has(_CLAUSES):
        return
    count = len(re.findall(r"^CLAUSE\(", tree.text(_CLAUSES), re.MULTILINE))
    for path in tree.with_ending(".md"):
        text = tree.text(path)
        for match in re.finditer(r"\b(\d+) clauses\b", text):
            stated = "CONTRACT.md" in text[match.end() : match.end() + 20]
            if stated and int(match.group(1)) != count:
                line = source_tree.line_of(text, match.start())
                yield source_tree.finding(path, line, f"{match.group(0)}: there are {count}")


def check(tree):
    yield from _check_number_of_clauses(tree)
    for path in tree.with_ending(".md"):
        text = tree.text(path)
        here = os.path.dirname(path)
        for match in _LINK.finditer(_FENCE.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)):
            target = match.group(1).split("#")[0]
            if "://" in match.group(1) or not target:
                continue
            if not _exists(tree, os.path.join(here, target)):
                line = source_tree.line_of(text, match.start())
                yield source_tree.finding(path, line, f"links to {target}, which does not exist")
        for match in _PATH.finditer(text):
            for named in _alternatives(match.group(1)):
                if not _exists(tree, named):
                    line = source_tree.line_of(text, match.start())
                    yield source_tree.finding(path, line, f"names {named}, which does not exist")
        for match in _LABEL.finditer(text):
            package, name = match.group(1) or "", (match.group(2) or "")[1:]
            line = source_tree.line_of(text, match.start())
            if package.endswith("/...") or not (package or name):
                continue
            name = name or os.path.basename(package)
            # Targets of the reader's own stand in examples.
            if package and not _target_exists(tree, package, name):
                text_of = f"names the target //{package}:{name}, which does not exist"
                yield source_tree.finding(path, line, text_of)
