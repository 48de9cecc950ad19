"""The outline of a C++ file in this project's format: its functions' lengths, its classes' members.

A reader of text, not of C++: it follows braces, and takes from the words before one what it opens.
"""

import re
from typing import NamedTuple

_SKIPPED = re.compile(
    r"//(?:[^\n\\]|\\.|\\\n)*"
    r"|/\*.*?\*/"
    r'|R"([^(\s]*)\(.*?\)\1"'
    r'|"(?:[^"\\\n]|\\.)*"'
    # Not the separator of digits.
    r"|(?<![0-9a-fA-F])'(?:[^'\\\n]|\\.)*'",
    re.DOTALL,
)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", re.MULTILINE | re.DOTALL)
_CLASS = re.compile(
    r"\b(class|struct|union)\s+(?:\[\[.*?\]\]\s*|[A-Z][A-Z_]+(?:\(.*?\))?\s+)*([\w:]+)"
)
_NAME = re.compile(r"(~?[\w:]+|operator\s*\S+?)\s*\($")

# The words before the brace of a member's initialiser: `A::A(int x) : x_`.
_INITIALISER = re.compile(r"\)\s*(?:noexcept\s*)?:(?!:).*[\w>]\s*$", re.DOTALL)


class Function(NamedTuple):
    name: str
    line: int
    lines: int


class Class(NamedTuple):
    name: str
    line: int
    members: int  # member functions, declared or defined


def without_comments(text):
    """The text with comments emptied; strings stay."""

    def blank(match):
        kept = match.group(0)
        return kept if kept[0] in "\"'R" else re.sub(r"[^\n]", " ", kept)

    return _SKIPPED.sub(blank, text)


def without_raw_strings(text):
    """The text with raw strings emptied."""

    def blank(match):
        found = match.group(0)
        return re.sub(r"[^\n]+", "", found) if found.startswith("R") else found

    return _SKIPPED.sub(blank, text)


def _bare(text):
    """The text with comments, strings and directives emptied: what is left has only real braces."""

    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))

    return _DIRECTIVE.sub(blank, _SKIPPED.sub(blank, text))


def _function_name(words):
    """What is declared by the words, if it is a function: the name before the first parenthesis at
    the outermost level."""
    depth = 0
    for i, character in enumerate(words):
        if character == "<":
            depth += 1
        elif character == ">" and depth > 0 and words[i - 1] != "-":
            depth -= 1
        elif character == "=" and depth == 0 and "operator" not in words[:i]:
            return None
        elif character == "(" and depth == 0:
            match = _NAME.search(words[: i + 1])
            # A pointer to a function is none.
            if match is None or words[i + 1 :].lstrip().startswith("*"):
                return None
            name = match.group(1)
            # Attributes and annotations stand before or behind the name, in capitals.
            if re.fullmatch(r"[A-Z][A-Z_0-9]+|alignas|decltype|static_assert", name):
                depth_of_parentheses = 0
                for j in range(i, len(words)):
                    depth_of_parentheses += {"(": 1, ")": -1}.get(words[j], 0)
                    if depth_of_parentheses == 0:
                        return _function_name(words[j + 1 :])
                return None
            return name
    return None


def outline(text):
    """(functions, classes) of a file."""
    bare = _bare(text)
    functions, classes = [], []
    # What is open: [kind, name, offset of its first word, member functions so far, offset of the
    # words before it].
    scopes = []
    begin = 0
    parentheses = 0

    def kind():
        return scopes[-1][0] if scopes else "namespace"

    for i, character in enumerate(bare):
        if character == "(":
            parentheses += 1
        elif character == ")":
            parentheses -= 1
        elif parentheses > 0:
            continue
        elif character == ";":
            words = bare[begin:i]
            other = re.match(r"\s*(using|typedef|friend|static_assert)\b", words)
            if kind() == "class" and not other and _function_name(words) is not None:
                scopes[-1][3] += 1
            begin = i + 1
        elif character == ":" and kind() == "class":
            if re.fullmatch(r"\s*(public|protected|private)\s*", bare[begin:i]):
                begin = i + 1
        elif character == "{":
            words = bare[begin:i]
            start = begin + len(words) - len(words.lstrip())
            opened, name = "block", ""
            if kind() in ("namespace", "class"):
                function = _function_name(words)
                match = _CLASS.search(words)
                if re.search(r"\bnamespace\b|^\s*extern\s*$", words):
                    opened = "namespace"
                elif function is not None and not _INITIALISER.search(words):
                    opened, name = "function", function
                    if kind() == "class":
                        scopes[-1][3] += 1
                elif match is not None and not re.search(r"\benum\b", words):
                    opened, name = "class", match.group(2)
            scopes.append([opened, name, start, 0, begin])
            begin = i + 1
        elif character == "}":
            if not scopes:
                continue
            opened, name, start, members, before = scopes.pop()
            line = bare.count("\n", 0, start) + 1
            if opened == "function":
                functions.append(Function(name, line, bare.count("\n", start, i) + 1))
            elif opened == "class":
                classes.append(Class(name, line, members))
            # An initialiser's braces belong to the words around them.
            initialiser = opened == "block" and kind() in ("namespace", "class")
            begin = before if initialiser else i + 1
    return functions, classes
