"""Everything Proctor depends on, as Bazel repositories under their usual names.

All of it is installed by Debian packages (ci/packages.txt), so no build uses a network. A
downstream workspace that has `@proctor` loads the same macro and is done:

    load("@proctor//ci:dependencies.bzl", "proctor_dependencies")
    proctor_dependencies()

A repository that the workspace has already declared under one of these names is left as it is.
"""

load(
    "//ci:debian.bzl",
    "debian_file",
    "debian_googletest",
    "debian_library",
    "debian_rules_cc",
    "stub_repository",
)

# name -> (Debian package, a header that proves it is there, linker options)
_LIBRARIES = {
    "boost": ("libboost-dev", "boost/version.hpp", []),
    "cli11": ("libcli11-dev", "CLI/CLI.hpp", []),
    "com_github_google_benchmark": (
        "libbenchmark-dev",
        "benchmark/benchmark.h",
        ["-lbenchmark", "-lpthread"],
    ),
    "fmt": ("libfmt-dev", "fmt/format.h", ["-lfmt"]),
    "libdw": ("libdw-dev", "elfutils/libdw.h", ["-ldw", "-lelf"]),
    "mustache": ("libkainjow-mustache-dev", "kainjow/mustache.hpp", []),
    "nlohmann_json": ("nlohmann-json3-dev", "nlohmann/json.hpp", []),
    "pugixml": ("libpugixml-dev", "pugixml.hpp", ["-lpugixml"]),
    "relacy": ("relacy-dev", "relacy/base.hpp", []),
}

def debian_repositories(declare):
    """Declares the repositories that Debian's packages are made into.

    Args:
      declare: is called with a repository rule, a name, and the rule's other arguments.
    """
    declare(debian_googletest, name = "com_google_googletest")
    for name, (package, header, linkopts) in _LIBRARIES.items():
        declare(
            debian_library,
            name = name,
            library = name,
            package = package,
            header = header,
            linkopts = linkopts,
        )
    declare(
        debian_file,
        name = "chart_js",
        file = "/usr/share/javascript/chart.js/chart.min.js",
        package = "libjs-chart.js",
    )
    declare(
        debian_library,
        name = "rapidcheck",
        library = "rapidcheck",
        package = "librapidcheck-dev",
        header = "rapidcheck.h",
        linkopts = ["-lrapidcheck"],
        libraries = ["@com_google_googletest//:gtest"],
    )

def _maybe(rule, name, **kwargs):
    if name not in native.existing_rules():
        rule(name = name, **kwargs)

def proctor_dependencies():
    """Declares every repository that Proctor's targets use."""
    _maybe(debian_rules_cc, name = "rules_cc")
    _maybe(native.local_repository, name = "rules_java", path = "/usr/share/bazel/rules/java")
    _maybe(native.local_repository, name = "rules_proto", path = "/usr/share/bazel/rules/proto")

    # Bazel 4 asks for this repository before any test runs, coverage or not.
    _maybe(
        stub_repository,
        name = "remote_coverage_tools",
        build = """filegroup(
    name = "coverage_report_generator",
    visibility = ["//visibility:public"],
)
""",
    )

    debian_repositories(_maybe)
