"""The conformance suite for monitors of your own.

    load("@proctor//conformance:defs.bzl", "sysmon_conformance_suite")

    sysmon_conformance_suite(
        name = "conformance_test",
        implementation = ":monitor",
    )

`monitor` is a cc_library, in any language that can define a C function, on
`@proctor//conformance/port`: it defines `proctor_implementation_under_test`, as port.h says.
"""

load("@rules_cc//cc:defs.bzl", "cc_test")

PROFILES = [
    "go1.20",
    "go1.22",
    "go1.25",
    "go1.26",
    "netbsd",
]

def _absolute(label):
    label = str(label)
    if label.startswith("//") or label.startswith("@"):
        return label
    return "//{}:{}".format(native.package_name(), label.lstrip(":"))

def sysmon_conformance_suite(
        name,
        implementation,
        profile = "go1.20",
        clauses = [],
        expectations = None,
        random_worlds = None,
        size = "medium",
        **kwargs):
    """A test with one case for each clause that virtual time can decide.

    Args:
      name: name of the test.
      implementation: label of the library that defines proctor_implementation_under_test.
      profile: the release line whose contract is to be kept, one of PROFILES.
      clauses: globs of clauses ("DEEP-*"); all of the profile if empty.
      expectations: label of a JSON file of expected deviations, each with its reason. An entry that
        no longer applies fails the test.
      random_worlds: how many random worlds are tried; 2000 if left out.
      size: as of any test.
      **kwargs: as of any cc_test. Each of `shard_count` shards tries random worlds of its own.
    """
    if profile not in PROFILES:
        known = ", ".join(PROFILES)
        fail("{}: there is no profile '{}'; it is one of {}".format(name, profile, known))
    args = ["--profile=" + profile] + kwargs.pop("args", [])
    if implementation != ":implementation" or native.package_name() != "conformance":
        args.append("--label=" + _absolute(implementation))
    data = list(kwargs.pop("data", []))
    if clauses:
        args.append("--clauses='{}'".format(",".join(clauses)))
    if random_worlds != None:
        args.append("--random_worlds={}".format(random_worlds))
    if expectations != None:
        args.append("--expectations=$(rootpath {})".format(expectations))
        data.append(expectations)
    cc_test(
        name = name,
        size = size,
        args = args,
        data = data,
        # The suite calls into the monitor, which must come after it.
        deps = [
            Label("//conformance/suite:suite_main"),
            implementation,
        ],
        **kwargs
    )
