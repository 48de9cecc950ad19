#include "conformance/campaign/machine.h"

#include <fmt/core.h>
#include <sys/utsname.h>

#include <thread>

namespace proctor {

std::string DescribeMachine() {
  utsname name{};
  if (uname(&name) != 0) return "";
  const unsigned cpus = std::thread::hardware_concurrency();
  return fmt::format("{} {} {}, {} {}", name.sysname, name.release, name.machine, cpus,
                     cpus == 1 ? "CPU" : "CPUs");
}

}  // namespace proctor
