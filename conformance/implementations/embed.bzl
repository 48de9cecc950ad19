"""Files inside a program: what it needs at run time travels with it."""

def embed(name, files):
    """Makes NAME.cc, which defines a std::string_view for each file.

    Args:
      name: of the rule.
      files: label of a file -> identifier in namespace proctor.
    """
    native.genrule(
        name = name,
        srcs = files.keys(),
        outs = [name + ".cc"],
        cmd = "\n".join(
            ["{", "echo '#include <string_view>'", "echo 'namespace proctor {'"] + [
                # A raw string literal may be 64 KiB long, which the compiler would say.
                ("printf 'extern const std::string_view {id};\\nconst std::string_view {id} = " +
                 "R\"embedded('; cat $(location {file}); echo ')embedded\";'").format(
                    id = identifier,
                    file = file,
                )
                for file, identifier in files.items()
            ] + ["echo '}'", "} > $@"],
        ),
    )
