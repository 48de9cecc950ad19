"""The arrows between the folders, as layers.json draws them: #include lines and BUILD files."""

import ast
import os

from ci.checks import tree as source_tree

# Includes in quotes that name no file of this tree.
OUTSIDE = ("tools/cpp/runfiles/", "gtest/", "gmock/", "rapidcheck")

_TEST_RULES = ("cc_test", "sh_test", "py_test")


class Layers:
    """The table."""

    def __init__(self, table):
        self._layers = table["layers"]
        self._by_folder = {
            folder: name for name, layer in self._layers.items() for folder in layer["folders"]
        }
        self._exceptions = {(each["from"], each["to"]) for each in table["exceptions"]}
        self._used_exceptions = set()
        for name, layer in self._layers.items():
            for used in layer["uses"] + layer.get("tests_use", []):
                if used not in self._layers:
                    raise ValueError(f"layers.json: {name} uses {used}, which is no layer")

    def layer(self, path):
        """The layer of a file or a package; None where the table has none."""
        while path:
            if path in self._by_folder:
                return self._by_folder[path]
            path = os.path.dirname(path)
        return None

    def allows(self, path, used, in_test):
        """Whether what `path` belongs to may include `used`; both must have a layer."""
        source, target = self.layer(path), self.layer(used)
        allowed = self._layers[source]["uses"]
        if in_test:
            allowed = allowed + self._layers[source].get("tests_use", [])
        if source == target or target in allowed:
            return True
        for key in ((path, used), (source, used), (path, target), (source, target)):
            if key in self._exceptions:
                self._used_exceptions.add(key)
                return True
        return False

    def arrow(self, path, used):
        return f"{self.layer(path)} -> {self.layer(used)}"

    def stale_exceptions(self):
        return [key for key in self._exceptions if key not in self._used_exceptions]

    def cycle(self):
        """A circle among the layers' `uses`, or None: the table itself draws no arrow back."""
        done = set()

        def visit(name, path):
            if name in path:
                return path[path.index(name) :] + [name]
            if name in done:
                return None
            for used in self._layers[name]["uses"]:
                circle = visit(used, path + [name])
                if circle:
                    return circle
            done.add(name)
            return None

        for name in self._layers:
            circle = visit(name, [])
            if circle:
                return circle
        return None


def check_includes(layers, tree):
    """Findings about #include lines."""
    for path in tree.with_ending(*source_tree.CODE):
        if path.startswith("ci/"):
            continue
        if layers.layer(path) is None:
            yield source_tree.finding(path, 1, "its folder is in no layer of ci/checks/layers.json")
            continue
        for line, used in tree.includes(path):
            if used.startswith(OUTSIDE):
                continue
            if not tree.has(used):
                yield source_tree.finding(path, line, f"includes {used}, which is not in the tree")
            elif layers.layer(used) is None:
                yield source_tree.finding(path, line, f"includes {used}, which is in no layer")
            elif not layers.allows(path, used, source_tree.is_test(path)):
                yield source_tree.finding(
                    path, line, f"includes {used} against the arrows: {layers.arrow(path, used)}"
                )


def dependencies(text):
    """(line, whether only tests use it, package) of each label in `deps` of a BUILD file."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        arguments = {keyword.arg: keyword.value for keyword in node.keywords}
        testonly = arguments.get("testonly")
        in_test = node.func.id in _TEST_RULES or (
            isinstance(testonly, ast.Constant) and testonly.value is True
        )
        for label in ast.walk(arguments.get("deps", ast.Tuple([], None))):
            if isinstance(label, ast.Constant) and str(label.value).startswith("//"):
                yield label.lineno, in_test, label.value[2:].split(":")[0]


def check_dependencies(layers, tree):
    """Findings about BUILD files."""
    for path in tree.paths:
        package = os.path.dirname(path)
        if os.path.basename(path) != "BUILD" or layers.layer(package) is None:
            continue
        for line, in_test, used in dependencies(tree.text(path)):
            # A flag that names the monitor under test, and what select() chooses by.
            if used in ("conformance", "conditions"):
                continue
            if layers.layer(used) is None:
                yield source_tree.finding(path, line, f"depends on //{used}, which is in no layer")
            elif not layers.allows(package, used, in_test):
                arrow = layers.arrow(package, used)
                text = f"depends on //{used} against the arrows: {arrow}"
                yield source_tree.finding(path, line, text)


def check(table, tree):
    layers = Layers(table)
    circle = layers.cycle()
    if circle:
        yield "ci/checks/layers.json:1: layers use each other in a circle: " + " -> ".join(circle)
    yield from check_includes(layers, tree)
    yield from check_dependencies(layers, tree)
    for source, target in layers.stale_exceptions():
        yield f"ci/checks/layers.json:1: no longer needed: the exception from {source} to {target}"
