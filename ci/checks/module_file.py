"""MODULE.bazel, evaluated by a reader of its own: Starlark's part of it is a part of Python.

It must declare what WORKSPACE declares, and what BUILD files ask for.
"""

import ast
import re

# Bazel's own, and what only Bazel 4 asks for.
_BUILT_IN = {"bazel_tools", "proctor"}
_OLD_BAZEL_ONLY = {"remote_coverage_tools", "rules_java", "rules_proto"}


class ModuleFile:
    """What a MODULE.bazel declares. Raises ValueError for what is no such file."""

    def __init__(self, text):
        self.names = []
        self.versions = {}
        self.extensions = []
        self.repositories = {}
        for statement in ast.parse(text).body:
            call = statement.value if isinstance(statement, (ast.Expr, ast.Assign)) else None
            text_only = isinstance(call, ast.Constant) and isinstance(call.value, str)
            if not text_only and not isinstance(call, ast.Call):
                raise ValueError(f"line {statement.lineno}: neither a call nor a text")
        functions = {
            "module": self._module,
            "bazel_dep": self._bazel_dep,
            "use_extension": self._use_extension,
            "use_repo": self._use_repo,
        }
        try:
            exec(compile(text, "MODULE.bazel", "exec"), {"__builtins__": {}, **functions})
        except (NameError, TypeError) as error:
            raise ValueError(str(error)) from error
        if len(self.names) != 1:
            raise ValueError("module() is not called once")

    def _module(
        self, name, version="", compatibility_level=0, repo_name="", bazel_compatibility=()
    ):
        self.names.append(name)

    def _bazel_dep(
        self, name, version="", max_compatibility_level=-1, repo_name="", dev_dependency=False
    ):
        self._declare(repo_name or name, f"module {name}")
        self.versions[name] = version

    def _use_extension(
        self, extension_bzl_file, extension_name, *, dev_dependency=False, isolate=False
    ):
        self.extensions.append((extension_bzl_file, extension_name))
        return extension_name

    def _use_repo(self, extension_proxy, *args, **kwargs):
        for name in list(args) + list(kwargs):
            self._declare(name, f"extension {extension_proxy}")

    def _declare(self, name, origin):
        if name in self.repositories:
            raise ValueError(f"the repository {name} is declared twice")
        self.repositories[name] = origin


class _Anything:
    """What Bazel defines in a .bzl file and the declaring of repositories does not depend on."""

    def __call__(self, *args, **kwargs):
        return _Anything()

    def __getattr__(self, name):
        return _Anything()


def declared_by_macro(tree):
    """(what proctor_dependencies declares, what the extension declares), by name."""
    names = {"repository_rule", "attr", "module_extension", "Label", "native"}
    scope = {name: _Anything() for name in names}

    class Native(_Anything):
        def existing_rules(self):
            return {}

    def run(path):
        text = tree.text(path)
        for loaded in re.findall(r'^load\((.*?)\)', text, re.MULTILINE | re.DOTALL):
            file = re.search(r'"//(\w+):([\w.]+)"', loaded)
            run("/".join(file.groups()))
        exec(compile(text, path, "exec"), scope)

    scope["native"] = Native()
    scope["load"] = lambda *args: None
    run("ci/extensions.bzl")
    old, new = set(), set()
    scope["_maybe"] = lambda rule, name, **kwargs: old.add(name)
    scope["proctor_dependencies"]()
    scope["debian_repositories"](lambda rule, name, **kwargs: new.add(name))
    return old, new


def asked_for(tree):
    """{repository: a file that names it} over all BUILD and .bzl files."""
    asked = {}
    for path in tree.with_ending("BUILD", ".bzl"):
        for name in re.findall(r'"@([a-zA-Z0-9_.]+)(?://|")', tree.text(path)):
            asked.setdefault(name, path)
    return asked


def check(tree):
    here = "MODULE.bazel:1: "
    try:
        module = ModuleFile(tree.text("MODULE.bazel"))
    except (SyntaxError, ValueError) as error:
        yield here + str(error)
        return
    old, new = declared_by_macro(tree)
    from_extension = {n for n, origin in module.repositories.items() if origin.startswith("ext")}
    for name, version in module.versions.items():
        if not re.fullmatch(r"[0-9][\w.+-]*", version):
            yield here + f"{name} has no version"
    for name in sorted(from_extension - new):
        yield here + f"{name} is taken from the extension, which does not declare it"
    for name in sorted(old - set(module.repositories) - _OLD_BAZEL_ONLY):
        yield here + f"WORKSPACE declares {name}, this does not"
    for name, path in sorted(asked_for(tree).items()):
        if name not in module.repositories and name not in _BUILT_IN | _OLD_BAZEL_ONLY:
            yield here + f"{path} asks for @{name}, which is not declared"
