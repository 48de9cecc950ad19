"""A fuzz target: a library with LLVMFuzzerTestOneInput, as a fuzzer and as a test of its corpus."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")

def fuzz_target(name, deps, mutations = 0):
    """NAME, the fuzzer (with --config=fuzz, by clang), and NAME_test, which replays corpus/NAME.

    Args:
      name: the target is written in NAME.cc.
      deps: what it uses.
      mutations: how many mutations of the corpus the test runs; for targets with a mutator.
    """
    cc_library(
        name = name + "_target",
        srcs = [name + ".cc"],
        alwayslink = True,
        deps = deps + [":fuzz_target"],
    )
    cc_binary(
        name = name,
        testonly = True,
        # The fuzzer's own main comes with it.
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual"],
        deps = [":{}_target".format(name)],
    )
    cc_test(
        name = name + "_test",
        size = "small",
        args = ["--mutations={}".format(mutations), "fuzz/corpus/" + name],
        data = native.glob(["corpus/{}/**".format(name)]),
        deps = [
            ":replay_main",
            ":{}_target".format(name),
        ],
    )
