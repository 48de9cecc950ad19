// Adapters that travel with this program as source and need a language's own tool: a table of them,
// how each tool is found, and how an adapter is made of it.
//
// Errors: one line that names the tool and the remedy. Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_TOOLCHAIN_ADAPTER_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_TOOLCHAIN_ADAPTER_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/implementations/build_limits.h"

namespace proctor {

class ToolchainAdapter {
 public:
  struct File {
    std::string_view name;  // below the scratch folder
    std::string_view contents;
  };

  ToolchainAdapter(std::string_view name, std::string_view tool, std::string_view package,
                   std::vector<File> files, std::string_view expectations)
      : name_(name),
        tool_(tool),
        package_(package),
        files_(std::move(files)),
        expectations_(expectations) {}
  virtual ~ToolchainAdapter() = default;
  ToolchainAdapter(const ToolchainAdapter&) = delete;
  ToolchainAdapter& operator=(const ToolchainAdapter&) = delete;

  std::string_view name() const { return name_; }  // "cpython"
  std::string_view expectations() const { return expectations_; }

  // The tool on this machine; empty: there is none that will do.
  virtual std::string FindTool() const;
  // "missing: there is no python3 on PATH (python3)".
  std::string WhyMissing() const;

  // How to start the adapter, made in `scratch_dir` by this tool; empty: `failure` and `error`.
  std::vector<std::string> Make(const std::string& tool, const std::string& scratch_dir,
                                const BuildLimits& limits, BuildFailure& failure,
                                std::string& error) const;

 protected:
  // What Make does once the files stand in the folder.
  virtual std::vector<std::string> Build(const std::string& tool, const std::string& scratch_dir,
                                         const BuildLimits& limits, std::string& error) const = 0;

  std::string_view tool() const { return tool_; }

 private:
  const std::string_view name_;
  const std::string_view tool_;
  const std::string_view package_;
  const std::vector<File> files_;
  const std::string_view expectations_;
};

// All of them, in the order in which they are listed.
std::span<const ToolchainAdapter* const> ToolchainAdapters();

// nullptr: there is none of this name.
const ToolchainAdapter* FindToolchainAdapter(std::string_view name);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_TOOLCHAIN_ADAPTER_H_
