"""What each check finds in small trees, and what it lets pass."""

import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.dont_write_bytecode = True

from ci.checks import documents, house_rules, layers  # noqa: E402
from ci.checks import module_file, outline, tree  # noqa: E402

TABLE = {
    "layers": {
        "judge": {"folders": ["conformance/judge"], "uses": [], "tests_use": ["world"]},
        "world": {"folders": ["conformance/world"], "uses": ["judge"]},
        "runtime": {"folders": ["runtime"], "uses": []},
    },
    "exceptions": [],
}
CLAUSES = "conformance/contract/clauses.def"


class TreeTest(unittest.TestCase):
    def tree(self, files):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for path, text in files.items():
            full = os.path.join(folder.name, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)
        return tree.Tree.of_folder(folder.name)


class LayersTest(TreeTest):
    FILES = {
        "conformance/world/world.h": "\n",
        "conformance/judge/judge.h": "\n",
        "runtime/runtime.h": "\n",
    }

    def findings(self, files, table=None):
        return list(layers.check(table or TABLE, self.tree({**self.FILES, **files})))

    def test_an_include_along_an_arrow_passes(self):
        line = '#include "conformance/judge/judge.h"\n'
        self.assertEqual([], self.findings({"conformance/world/a.cc": line}))

    def test_an_include_against_the_arrows_is_found_at_its_line(self):
        found = self.findings(
            {"conformance/judge/a.cc": '#include <map>\n\n#include "conformance/world/world.h"\n'}
        )
        self.assertEqual(1, len(found))
        self.assertIn("conformance/judge/a.cc:3:", found[0])
        self.assertIn("judge -> world", found[0])

    def test_only_a_test_may_use_what_its_layer_lets_tests_use(self):
        line = '#include "conformance/world/world.h"\n'
        self.assertEqual([], self.findings({"conformance/judge/a_test.cc": line}))
        self.assertEqual(1, len(self.findings({"conformance/judge/a.h": line})))

    def test_the_runtime_knows_nothing_of_the_harness(self):
        line = '#include "conformance/judge/judge.h"\n'
        self.assertEqual(1, len(self.findings({"runtime/a.cc": line})))

    def test_what_is_not_in_the_tree_is_found(self):
        found = self.findings({"runtime/a.cc": '#include "runtime/none.h"\n'})
        self.assertIn("which is not in the tree", found[0])

    def test_a_folder_without_a_layer_is_found(self):
        self.assertIn("in no layer", self.findings({"conformance/new/a.cc": "\n"})[0])

    def test_a_dependency_against_the_arrows_is_found(self):
        build = 'cc_library(\n    name = "x",\n    deps = ["//conformance/world"],\n)\n'
        found = self.findings({"conformance/judge/BUILD": build})
        self.assertEqual(1, len(found))
        self.assertIn("conformance/judge/BUILD:3:", found[0])
        self.assertEqual(
            [], self.findings({"conformance/judge/BUILD": build.replace("cc_library", "cc_test")})
        )

    def test_a_table_that_goes_round_in_a_circle_is_found(self):
        circle = {
            "layers": {
                "judge": {"folders": ["conformance/judge"], "uses": ["world"]},
                "world": {"folders": ["conformance/world"], "uses": ["judge"]},
                "runtime": {"folders": ["runtime"], "uses": []},
            },
            "exceptions": [],
        }
        self.assertIn("circle", self.findings({}, circle)[0])

    def test_an_exception_lets_pass_and_is_found_when_stale(self):
        table = {
            **TABLE,
            "exceptions": [{"from": "judge", "to": "world", "reason": "it moves"}],
        }
        line = '#include "conformance/world/world.h"\n'
        self.assertEqual([], self.findings({"conformance/judge/a.cc": line}, table))
        self.assertIn("no longer needed", self.findings({}, table)[0])


class OutlineTest(unittest.TestCase):
    def test_functions_and_their_lines(self):
        functions, _ = outline.outline(
            "namespace a {\n"
            "// void NotOne() {\n"
            "void One() {\n  if (x) {\n    y();\n  }\n}\n"
            "template <class T>\nint B::Two(int (*f)(), const std::map<int, T>& m) const\n"
            "    REQUIRES(lock_) {\n  auto g = [&](int v) { return v; };\n}\n"
            "B::B(int x) : x_{x}, y_(1) {}\n"
            'constexpr char kText[] = R"(void Three() {)";\n'
            "const int kTable[] = {1, 2};\n"
            "}\n"
        )
        self.assertEqual(
            [("One", 5), ("B::Two", 5), ("B::B", 1)], [(f.name, f.lines) for f in functions]
        )
        self.assertEqual(3, functions[0].line)

    def test_member_functions_are_counted_and_fields_are_not(self):
        _, classes = outline.outline(
            "class A final : public B {\n"
            " public:\n"
            "  A();\n"
            "  ~A() override = default;\n"
            "  bool operator==(const A&) const = default;\n"
            "  int get() const { return x_; }\n"
            "  std::function<void(int)> field;\n"
            "  using F = int (*)(int);\n"
            "  friend void f(int);\n"
            "  struct Inner {\n    void g();\n  };\n"
            "  int h(int a = 1) GUARDED_BY(lock_);\n"
            " private:\n"
            "  int x_ GUARDED_BY(lock_) = 0;\n"
            "  std::atomic<int> y_{0};\n"
            "  int (*pointer_)(void*);\n"
            "};\n"
        )
        self.assertEqual([("Inner", 1), ("A", 5)], [(c.name, c.members) for c in classes])


class HouseRulesTest(TreeTest):
    TABLE = {CLAUSES: "CLAUSE(CAD, 1, kMust, kSafety, kV, kAllProfiles, \"text\")\n"}

    def findings(self, files, exceptions=None):
        return list(house_rules.check(exceptions or {}, self.tree({**self.TABLE, **files})))

    def assert_found(self, text, path, source):
        found = self.findings({path: source})
        self.assertEqual(1, len(found), found)
        self.assertIn(text, found[0])

    def test_a_clause_that_does_not_exist_is_found(self):
        self.assertEqual([], self.findings({"runtime/a.cc": "// CAD-1, UTF-8, CADENCE-3\n"}))
        self.assert_found("CAD-2", "runtime/a.cc", "// CAD-2\n")
        self.assert_found("CAD-2", "conformance/a_test.cc", "TEST(Contract, CAD_2) {}\n")

    def test_the_surroundings_of_judged_code_are_found(self):
        path = "conformance/judge/a.cc"
        for source in (
            "int64_t now = std::chrono::steady_clock::now();\n",
            "clock_gettime(CLOCK_MONOTONIC, &now);\n",
            'open("/proc/self/exe");\n',
            'getenv("X");\n',
            "time(nullptr);\n",
        ):
            self.assertEqual(1, len(self.findings({path: source})) and 1, source)
        self.assertEqual([], self.findings({path: "// getenv\nevent.time(0); x_.time_ns();\n"}))
        self.assertEqual([], self.findings({"conformance/observer/a.cc": 'getenv("X");\n'}))
        self.assertEqual([], self.findings({"conformance/judge/a_test.cc": 'getenv("X");\n'}))

    def test_a_sleep_in_a_test_is_found(self):
        source = "std::this_thread::sleep_for(10ms);\n"
        self.assert_found("sleep_for", "runtime/a_test.cc", source)
        self.assert_found("sleep 1", "runtime/a_test.sh", "  sleep 1\n")
        self.assertEqual([], self.findings({"runtime/a.cc": source}))
        self.assertEqual([], self.findings({"runtime/a_test.cc": "runtime::SleepNs(1);\n"}))

    def test_a_header_that_does_not_say_its_thread_safety_is_found(self):
        self.assert_found("Thread safety", "runtime/a.h", "// A.\n")
        self.assertEqual([], self.findings({"runtime/a.h": "// A. Thread safety: none.\n"}))

    def test_a_long_line_is_found_unless_it_is_a_table_or_a_raw_string(self):
        line = "// " + 98 * "x" + "\n"
        self.assert_found("101 columns", "runtime/a.cc", line)
        self.assertEqual([], self.findings({"runtime/a.def": line}))
        self.assertEqual([], self.findings({"runtime/a.cc": 'f(R"(' + line + ')");\n'}))

    def test_what_is_too_long_is_found(self):
        function = "void F() {\n" + 59 * "  g();\n" + "}\n"
        self.assert_found("F has 61 lines", "runtime/a.cc", function)
        self.assertEqual([], self.findings({"runtime/a.cc": function.replace("  g();\n", "", 1)}))
        self.assert_found("401 lines", "runtime/a.cc", 401 * "\n")
        self.assertEqual([], self.findings({"runtime/a_test.cc": 401 * "\n"}))
        members = "".join(f"  void f{i}();\n" for i in range(41))
        self.assert_found("41 member functions", "runtime/a.cc", "class A {\n" + members + "};\n")

    def test_an_exception_lets_pass_and_is_found_when_stale(self):
        exceptions = {"thread_safety": {"runtime/a.h": "a reason"}}
        self.assertEqual([], self.findings({"runtime/a.h": "// A.\n"}, exceptions))
        self.assertIn("no longer needed", self.findings({}, exceptions)[0])
        self.assertIn("no rule", self.findings({}, {"none": {}})[0])
        without = {"thread_safety": {"runtime/a.h": " "}}
        self.assertIn("no reason", self.findings({"runtime/a.h": "// A.\n"}, without)[0])


class DocumentsTest(TreeTest):
    FILES = {
        "README.md": "",
        "runtime/BUILD": 'cc_library(name = "runtime")\n',
        "runtime/a.h": "",
        "runtime/a.cc": "",
    }

    def findings(self, text):
        return list(documents.check(self.tree({**self.FILES, "README.md": text})))

    def test_what_exists_passes(self):
        text = (
            "[a](runtime/a.h) [b](runtime) [c](https://example.org/x) [d](#here)\n"
            "`runtime/a.{h,cc}` `runtime/*.h` "
            "//runtime/... //runtime //runtime:runtime `bazel test //my:monitor`\n"
        )
        self.assertEqual([], self.findings(text))

    def test_a_wrong_number_of_clauses_is_found(self):
        table = {CLAUSES: "CLAUSE(CAD, 1, kMust)\nCLAUSE(CAD, 2, kMust)\n"}
        for text, found in (("[2 clauses](CONTRACT.md)", 0), ("[3 clauses](CONTRACT.md)", 1)):
            files = {**self.FILES, **table, "CONTRACT.md": "", "README.md": text}
            self.assertEqual(found, len(list(documents.check(self.tree(files)))))

    def test_what_does_not_exist_is_found(self):
        for text in (
            "[a](runtime/b.h)",
            "`runtime/b.h`",
            "`runtime/a.{h,hpp}`",
            "`runtime/*.hpp`",
            "//runtime:none",
            "//runtime/none:x",
        ):
            self.assertEqual(1, len(self.findings(text)), text)


class ModuleFileTest(TreeTest):
    FILES = {
        "MODULE.bazel": 'module(name = "m")\nbazel_dep(name = "a", version = "1.0")\n'
        'e = use_extension("//ci:extensions.bzl", "e")\nuse_repo(e, "b")\n',
        "ci/extensions.bzl": 'load("//ci:dependencies.bzl", "debian_repositories")\n'
        "def _impl(_ctx):\n    debian_repositories(None)\n"
        "e = module_extension(implementation = _impl)\n",
        "ci/dependencies.bzl": "def debian_repositories(declare):\n"
        '    declare(None, name = "b")\n'
        "def proctor_dependencies():\n    debian_repositories(_maybe)\n",
        "BUILD": 'cc_library(name = "x", deps = ["@a//:y", "@b"])\n',
    }

    def findings(self, changed):
        return list(module_file.check(self.tree({**self.FILES, **changed})))

    def test_what_declares_the_same_passes(self):
        self.assertEqual([], self.findings({}))

    def test_what_is_missing_twice_or_not_declared_is_found(self):
        text = self.FILES["MODULE.bazel"]
        for changed in (
            {"MODULE.bazel": text.replace('"b"', '"c"')},
            {"MODULE.bazel": text + 'bazel_dep(name = "b", version = "1.0")\n'},
            {"MODULE.bazel": text.replace(', version = "1.0"', "")},
            {"MODULE.bazel": text + "print(1)\n"},
            {"MODULE.bazel": text + "x = 1 + 1\n"},
            {"MODULE.bazel": text + "bazel_dep(\n"},
            {"BUILD": 'cc_library(name = "x", deps = ["@other//:y"])\n'},
        ):
            self.assertTrue(self.findings(changed), changed)


if __name__ == "__main__":
    unittest.main()
