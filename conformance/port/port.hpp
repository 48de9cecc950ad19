// The monitor port for C++: the table of port.h as an object. What each function means is said
// there.
//
// Thread safety: as the port; the monitor's thread only.

#ifndef PROCTOR_CONFORMANCE_PORT_PORT_HPP_
#define PROCTOR_CONFORMANCE_PORT_PORT_HPP_

#include <cstdint>

#include "conformance/port/port.h"

namespace proctor {

class Port {
 public:
  explicit Port(const proctor_host* host) : host_(*host) {}

  const proctor_constants& constants() const { return *host_.constants; }

  // Calls one function of the table: port(&proctor_host::lock, PROCTOR_LOCK_SCHED).
  template <typename Result, typename... Parameters, typename... Arguments>
  Result operator()(Result (*proctor_host::*function)(void*, Parameters...),
                    Arguments... arguments) const {
    return (host_.*function)(host_.self, arguments...);
  }

  proctor_ready_list Poll(int64_t timeout_ns) const {
    proctor_ready_list ready = {};
    host_.poll(host_.self, timeout_ns, &ready);
    return ready;
  }

  proctor_collector Collector() const {
    proctor_collector state = {};
    host_.collector(host_.self, &state);
    return state;
  }

 private:
  const proctor_host& host_;
};

// Holds a lock of the port for a scope.
class PortLock {
 public:
  PortLock(const Port& port, int32_t lock) : port_(port), lock_(lock) {
    port_(&proctor_host::lock, lock_);
  }
  ~PortLock() { port_(&proctor_host::unlock, lock_); }
  PortLock(const PortLock&) = delete;
  PortLock& operator=(const PortLock&) = delete;

 private:
  const Port& port_;
  const int32_t lock_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_PORT_PORT_HPP_
