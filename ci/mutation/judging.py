"""Compiles changed sources and lets the suite's worlds judge them, without Bazel in between.

The binary that judges is linked with a shared library for each package, so a changed package is one
new library in front of the others.
"""

import os
import re
import resource
import shutil
import subprocess
import tempfile
from typing import NamedTuple

HUNT = "conformance/mutants/hunt_linked_monitor"
WORLD_TEST = "conformance/implementations/reference/world_test"

COMPILER = ("g++", "-std=c++20", "-O1", "-fPIC", "-w")
CPU_SECONDS = 60  # of one run, which takes ten at most


class Subject(NamedTuple):
    """What is changed: the sources of one library."""

    name: str
    library: str  # the file that Bazel makes of it
    sources: tuple


class Outcome(NamedTuple):
    verdict: str  # "killed", "survived", "same code", "not compiled"
    by: str  # what noticed: clauses, or how it ended


class Judge:
    """One subject with its unchanged objects. Thread safety: judge() from any thread."""

    def __init__(self, root, subject, commands):
        """`commands`: all must exit with 0, or the change was noticed; the quick ones first."""
        self._root = root
        self._subject = subject
        self._commands = commands
        self._folder = tempfile.TemporaryDirectory(prefix="mutate_")
        self._objects = {}
        for path in subject.sources:
            built = os.path.join(self._folder.name, path.replace("/", "_") + ".o")
            with open(os.path.join(root, path), encoding="utf-8") as file:
                error = self._compile(path, file.read(), built)
            if error:
                raise RuntimeError(f"{path} does not compile:\n{error}")
            self._objects[path] = built

    def _compile(self, path, text, output):
        """The compiler's errors; empty: it compiled."""
        command = [*COMPILER, "-x", "c++", f"-I{self._root}", "-iquote", self._root]
        command += ["-c", "-o", output, "-"]
        # Read from a pipe: its name, which is part of the object, is the same for all.
        done = subprocess.run(command, input=text, capture_output=True, text=True, cwd=self._root)
        return done.stderr if done.returncode != 0 else ""

    def judge(self, change, commands=None):
        """The outcome of one change, by other commands if given; None: of the unchanged sources."""
        with tempfile.TemporaryDirectory(prefix="mutant_", dir=self._folder.name) as folder:
            objects = dict(self._objects)
            if change is not None:
                built = os.path.join(folder, "changed.o")
                if self._compile(change.path, change.text, built):
                    return Outcome("not compiled", "")
                with open(built, "rb") as new, open(objects[change.path], "rb") as old:
                    if new.read() == old.read():
                        return Outcome("same code", "")
                objects[change.path] = built
            library = os.path.join(folder, self._subject.library)
            command = ["g++", "-shared", "-o", library, *objects.values()]
            linked = subprocess.run(command, capture_output=True, text=True)
            if linked.returncode != 0:
                return Outcome("not compiled", "")
            return self.hunt(folder, commands)

    def hunt(self, folder, commands=None, number=None):
        """What becomes of the library in that folder, or of one of the many monitors in it."""
        for command in commands or self._commands:
            noticed = self._run(folder, command, number)
            if noticed:
                return Outcome("killed", noticed)
        return Outcome("survived", "")

    def is_same_code(self, change):
        """Whether the compiler makes of it what it makes of the unchanged source."""
        with tempfile.TemporaryDirectory(prefix="mutant_", dir=self._folder.name) as folder:
            built = os.path.join(folder, "changed.o")
            if self._compile(change.path, change.text, built):
                return False
            with open(built, "rb") as new, open(self._objects[change.path], "rb") as old:
                return new.read() == old.read()

    def _run(self, folder, command, number):
        """What a run noticed; empty: nothing."""

        def limit():
            resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        environment = {
            "LD_LIBRARY_PATH": folder,
            "PATH": os.environ.get("PATH", ""),
            "TEST_UNDECLARED_OUTPUTS_DIR": folder,
        }
        if number is not None:
            environment["PROCTOR_MUTANT"] = str(number)
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                errors="replace",
                env=environment,
                preexec_fn=limit,
                timeout=20 * CPU_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return "it hangs"
        if done.returncode == 0:
            return ""
        failed = re.findall(r"^\[  FAILED  \] (\w+\.\w+)", done.stdout, re.MULTILINE)
        if failed:
            return " ".join(dict.fromkeys(failed))
        return done.stdout.strip()[-500:] or f"it ended with {done.returncode}"


def copy_judges(root):
    """A copy of the built programs that judge, which a later build leaves alone."""
    copy = tempfile.mkdtemp(prefix="judges_")
    built = os.path.join(root, "bazel-bin")
    for program in (HUNT, WORLD_TEST):
        target = os.path.join(copy, program)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy(os.path.join(built, program), target)
    for folder in os.listdir(built):
        if folder.startswith("_solib"):
            # What was built earlier and is not any more leaves links to nothing.
            shutil.copytree(
                os.path.join(built, folder),
                os.path.join(copy, folder),
                ignore_dangling_symlinks=True,
            )
    return copy
