"""What MODULE.bazel takes from Debian's packages: the same repositories as under WORKSPACE."""

load("//ci:dependencies.bzl", "debian_repositories")

def _declare(rule, name, **kwargs):
    rule(name = name, **kwargs)

def _debian_impl(_module_ctx):
    debian_repositories(_declare)

debian = module_extension(
    implementation = _debian_impl,
    doc = "The C++ libraries that ci/setup installs.",
)
