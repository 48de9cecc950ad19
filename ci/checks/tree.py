"""The files that the checks read: those below the project's folders and those at the top."""

import os
import re
import subprocess

FOLDERS = ("ci", "conformance", "fuzz", "runtime", "stress")
CODE = (".c", ".cc", ".h", ".hpp", ".S")

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include\s+"([^"]+)"', re.MULTILINE)
_TEST = re.compile(r"(_test|_testing|_benchmark|/benchmark)\.[a-z]+$|/testdata/")


class Tree:
    """A folder's files by their paths relative to it, read when asked for."""

    def __init__(self, root, paths):
        self.root = root
        self.paths = sorted(paths)
        self._present = set(self.paths)
        self._texts = {}

    @staticmethod
    def of_git(root):
        """What git has, and what it would take: the whole work tree."""
        listed = subprocess.run(
            ["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.splitlines()
        files = [path for path in listed if os.path.isfile(os.path.join(root, path))]
        return Tree(root, files)

    @staticmethod
    def of_folder(root):
        """What lies in a folder, as in the run files of a test."""
        paths = [entry.name for entry in os.scandir(root) if entry.is_file()]
        for folder in FOLDERS:
            for path, _, names in os.walk(os.path.join(root, folder)):
                paths += [os.path.relpath(os.path.join(path, name), root) for name in names]
        return Tree(root, [path for path in paths if "__pycache__" not in path])

    def has(self, path):
        return path in self._present

    def has_folder(self, path):
        return any(other.startswith(path.rstrip("/") + "/") for other in self.paths)

    def text(self, path):
        if path not in self._texts:
            with open(os.path.join(self.root, path), encoding="utf-8") as file:
                self._texts[path] = file.read()
        return self._texts[path]

    def with_ending(self, *endings):
        return [path for path in self.paths if path.endswith(endings)]

    def includes(self, path):
        """(line, included path) of each #include in quotes."""
        text = self.text(path)
        for match in _INCLUDE.finditer(text):
            yield line_of(text, match.start()), match.group(1)


def is_test(path):
    """Whether a file is part of tests only: a test, what tests share, or a benchmark."""
    return _TEST.search(path) is not None


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def finding(path, line, text):
    """A finding as compilers print it."""
    return f"{path}:{line}: {text}"
