#include "runtime/scheduler/parts.h"

#include <stdlib.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "runtime/scheduler/usable_cpus.h"

namespace proctor::runtime {
namespace {

// "name=value" in a comma-separated list; the last one counts.
int64_t DebugValue(std::string_view list, std::string_view name, int64_t otherwise) {
  int64_t value = otherwise;
  while (!list.empty()) {
    const size_t end = list.find(',');
    const std::string_view item = list.substr(0, end);
    list = end == std::string_view::npos ? "" : list.substr(end + 1);
    if (item.size() <= name.size() || !item.starts_with(name) || item[name.size()] != '=') continue;
    value = strtoll(std::string(item.substr(name.size() + 1)).c_str(), nullptr, 10);
  }
  return value;
}

Options Complete(Options options) {
  if (const char* debug = getenv("RUNTIME_DEBUG"); debug != nullptr) {
    options.debug += options.debug.empty() ? "" : ",";
    options.debug += debug;
  }
  const int64_t trace_ms = DebugValue(options.debug, "schedtrace", 0);
  if (trace_ms > 0) options.monitor.trace_interval_ns = trace_ms * 1'000'000;
  if (options.procs <= 0) options.procs = UsableCpus();
  options.procs = std::min(options.procs, kProcsMost);
  return options;
}

StackPoolOptions StackOptions(const Options& options) {
  StackPoolOptions stacks;
  if (options.stack_bytes != 0) stacks.stack_bytes = options.stack_bytes;
  return stacks;
}

}  // namespace

SchedulerParts::SchedulerParts(const Options& given)
    : options(Complete(given)),
      follows_machine(given.procs <= 0),
      trace_detail(DebugValue(options.debug, "scheddetail", 0) != 0),
      trace(this, options.trace_events_per_thread),
      sched(trace),
      tasks(this, StackOptions(options)),
      collections(options.collector) {}

}  // namespace proctor::runtime
