"""Repository rules that give a Debian package's files the shape of a Bazel repository."""

def _debian_library_impl(repository_ctx):
    header = repository_ctx.path("/usr/include/" + repository_ctx.attr.header)
    if not header.exists:
        fail("{} is missing: install the Debian package {} (ci/setup does)".format(
            header,
            repository_ctx.attr.package,
        ))
    repository_ctx.file("BUILD", """load("@rules_cc//cc:defs.bzl", "cc_library")

cc_library(
    name = "{name}",
    linkopts = {linkopts},
    visibility = ["//visibility:public"],
    deps = {deps},
)
""".format(
        name = repository_ctx.attr.library,
        linkopts = repository_ctx.attr.linkopts,
        deps = repository_ctx.attr.libraries,
    ))

debian_library = repository_rule(
    implementation = _debian_library_impl,
    local = True,
    attrs = {
        "header": attr.string(mandatory = True, doc = "a file below /usr/include that proves it"),
        "libraries": attr.string_list(doc = "labels of the libraries that its headers include"),
        "library": attr.string(mandatory = True, doc = "the name of the one target"),
        "linkopts": attr.string_list(),
        "package": attr.string(mandatory = True, doc = "the Debian package, for messages"),
    },
    doc = """An installed C++ library as @NAME//:LIBRARY.

Its headers lie on the compiler's own search path, so the target carries only what to link.""",
)

def _debian_file_impl(repository_ctx):
    file = repository_ctx.path(repository_ctx.attr.file)
    if not file.exists:
        fail("{} is missing: install the Debian package {} (ci/setup does)".format(
            file,
            repository_ctx.attr.package,
        ))
    repository_ctx.symlink(file, file.basename)
    repository_ctx.file("BUILD", """filegroup(
    name = "file",
    srcs = ["{}"],
    visibility = ["//visibility:public"],
)
""".format(file.basename))

debian_file = repository_rule(
    implementation = _debian_file_impl,
    local = True,
    attrs = {
        "file": attr.string(mandatory = True, doc = "its path"),
        "package": attr.string(mandatory = True, doc = "the Debian package, for messages"),
    },
    doc = "One installed file as @NAME//:file.",
)

def _debian_googletest_impl(repository_ctx):
    source = repository_ctx.path("/usr/src/googletest")
    if not source.exists:
        fail("{} is missing: install the Debian package googletest (ci/setup does)".format(source))
    for folder in ["googlemock", "googletest"]:
        repository_ctx.symlink(str(source) + "/" + folder, folder)
    repository_ctx.symlink(Label("//ci:googletest.BUILD"), "BUILD")

debian_googletest = repository_rule(
    implementation = _debian_googletest_impl,
    local = True,
    doc = "Debian's sources of GoogleTest as @NAME//:gtest and @NAME//:gtest_main.",
)

# The two files of Debian's rules_cc 0.0.4 that use a symbol which its Bazel does not have yet.
_TOOLCHAIN_USERS = [
    "cc/private/rules_impl/cc_flags_supplier.bzl",
    "cc/private/rules_impl/compiler_flag.bzl",
]

def _debian_rules_cc_impl(repository_ctx):
    source = repository_ctx.path("/usr/share/bazel/rules/cc")
    if not source.exists:
        fail("{} is missing: install bazel-rules-cc (ci/setup does)".format(source))
    result = repository_ctx.execute(["cp", "-r", "-L", str(source) + "/.", "."])
    if result.return_code != 0:
        fail("cannot copy {}: {}".format(source, result.stderr))
    for path in _TOOLCHAIN_USERS:
        text = repository_ctx.read(path)
        text = text.replace(", \"use_cpp_toolchain\"", "")
        text = text.replace("use_cpp_toolchain()", "[\"@bazel_tools//tools/cpp:toolchain_type\"]")
        repository_ctx.file(path, text)

debian_rules_cc = repository_rule(
    implementation = _debian_rules_cc_impl,
    local = True,
    doc = "Debian's rules_cc, adapted to Debian's Bazel.",
)

def _stub_repository_impl(repository_ctx):
    repository_ctx.file("BUILD", repository_ctx.attr.build)

stub_repository = repository_rule(
    implementation = _stub_repository_impl,
    attrs = {"build": attr.string(mandatory = True)},
    doc = "A repository that holds nothing but the BUILD file given.",
)
