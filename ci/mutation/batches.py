"""Many changed monitors in one library: compiling them together costs a tenth of one by one.

Each is the whole of the sources once more, its class under a name of its own; the environment
variable PROCTOR_MUTANT chooses the one that runs.
"""

import os
import re
import subprocess
import tempfile

from ci.mutation import judging

HEADER = "runtime/sysmon/sysmon.h"
RUN = "void Monitor::Run() {"
CHOOSE = "if (RunChosen(host_, constants_)) return;"
TRIES_MOST = 6

BEGIN = """#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>
#include "runtime/sysmon/sysmon.h"
namespace proctor::runtime { bool RunChosen(Host& host, const Constants& constants); }
"""

END = """
namespace proctor::runtime {
bool RunChosen(Host& host, const Constants& constants) {
  static const char* const chosen = std::getenv("PROCTOR_MUTANT");
  if (chosen == nullptr) return false;
  switch (std::atoi(chosen)) {
%s    default: std::abort();
  }
  return true;
}
}
"""


def is_balanced(text):
    """What is not compiles nowhere, and would spoil what stands behind it."""
    code = re.sub(r"//[^\n]*|/\*.*?\*/|\"[^\"\n]*\"|'[^'\n]*'", "", text, flags=re.DOTALL)
    for opening, closing in ("{}", "()", "[]"):
        depth = 0
        for character in code:
            depth += (character == opening) - (character == closing)
            if depth < 0:
                return False
        if depth != 0:
            return False
    return "/*" not in code and "*/" not in code


def _without_includes(text):
    return re.sub(r"^#.*$", "", text, flags=re.MULTILINE)


def text_of(header, texts, changes, numbers):
    """One translation unit: the unchanged sources, and those changes of `changes`."""
    parts = [BEGIN]
    for text in texts.values():
        parts.append(_without_includes(text).replace(RUN, f"{RUN} {CHOOSE}"))
    for number in numbers:
        for path, text in {HEADER: header, **texts}.items():
            own = changes[number].text if path == changes[number].path else text
            own = re.sub(r"\bMonitor\b", f"Monitor_{number}", _without_includes(own))
            parts.append(f'# 1 "mutant_{number}"\n{own}\n')
    cases = "".join(
        f"    case {number}: Monitor_{number}(host, constants).Run(); break;\n"
        for number in numbers
    )
    return "".join(parts) + END % cases


class Batch:
    """A library with those of `changes` that compile. To be closed."""

    def __init__(self, root, subject, changes):
        self._folder = tempfile.TemporaryDirectory(prefix="batch_")
        self.folder = self._folder.name
        texts = {}
        with open(os.path.join(root, HEADER), encoding="utf-8") as file:
            header = file.read()
        for path in subject.sources:
            with open(os.path.join(root, path), encoding="utf-8") as file:
                texts[path] = file.read()
            if re.search(r"namespace\s*\{", texts[path]):
                raise RuntimeError(f"{path}: names of its own would meet in one library")
        if sum(text.count(RUN) for text in texts.values()) != 1:
            raise RuntimeError(f"there is no {RUN}")
        numbers = [i for i, change in enumerate(changes) if is_balanced(change.text)]
        for _ in range(TRIES_MOST):
            errors = self._compile(root, text_of(header, texts, changes, numbers), subject.library)
            if not errors:
                break
            bad = {int(n) for n in re.findall(r"mutant_(\d+):\d+:\d+: (?:fatal )?error", errors)}
            if not bad:
                raise RuntimeError(errors[:2000])
            numbers = [n for n in numbers if n not in bad]
        else:
            numbers = []
        self.compiled = set(numbers)

    def _compile(self, root, text, library):
        compiler = [*judging.COMPILER, "-x", "c++", f"-I{root}", "-iquote", root]
        check = subprocess.run(
            [*compiler, "-fsyntax-only", "-fmax-errors=0", "-"],
            input=text,
            capture_output=True,
            text=True,
            cwd=root,
        )
        if check.returncode != 0:
            return check.stderr
        made = subprocess.run(
            [*compiler, "-shared", "-o", os.path.join(self.folder, library), "-"],
            input=text,
            capture_output=True,
            text=True,
            cwd=root,
        )
        return made.stderr if made.returncode != 0 else ""

    def close(self):
        self._folder.cleanup()
