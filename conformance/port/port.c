#include "conformance/port/port.h"

#define FUNCTION(name) {offsetof(proctor_host, name), "the host's table lacks " #name}

static const struct {
  size_t offset;
  const char* complaint;
} kFunctions[] = {
    FUNCTION(now_ns),
    FUNCTION(sleep_ns),
    FUNCTION(relax_clock),
    FUNCTION(lock),
    FUNCTION(unlock),
    FUNCTION(sleep_on_note),
    FUNCTION(clear_note),
    FUNCTION(set_monitor_waits),
    FUNCTION(stop_pending),
    FUNCTION(idle_processors),
    FUNCTION(processors),
    FUNCTION(spinning_threads),
    FUNCTION(earliest_timer_ns),
    FUNCTION(add_system_thread),
    FUNCTION(check_deadlock),
    FUNCTION(add_idle_locked),
    FUNCTION(poller_ready),
    FUNCTION(last_poll_ns),
    FUNCTION(swap_last_poll),
    FUNCTION(poll),
    FUNCTION(inject),
    FUNCTION(adjust_waiters),
    FUNCTION(processor_count),
    FUNCTION(status_of),
    FUNCTION(schedule_tick_of),
    FUNCTION(syscall_tick_of),
    FUNCTION(has_local_work),
    FUNCTION(request_preemption),
    FUNCTION(swap_syscall_to_idle),
    FUNCTION(lock_task_in_syscall),
    FUNCTION(take_from_locked_task),
    FUNCTION(unlock_task),
    FUNCTION(bump_syscall_tick),
    FUNCTION(hand_off),
    FUNCTION(collector),
    FUNCTION(helper_idle),
    FUNCTION(clear_helper_idle),
    FUNCTION(inject_helper),
    FUNCTION(scavenger_asked_for),
    FUNCTION(wake_scavenger),
    FUNCTION(print_trace),
    FUNCTION(call_yield_hook),
    FUNCTION(start_thread),
    FUNCTION(refresh_processors),
};

/* The table ends with its last function, so this catches one that was added to the header only. */
_Static_assert(sizeof(kFunctions) / sizeof(kFunctions[0]) ==
                   (sizeof(proctor_host) - offsetof(proctor_host, now_ns)) / sizeof(void (*)(void)),
               "every function of proctor_host must be listed");

static int Fail(const char** why, const char* complaint) {
  if (why != NULL) *why = complaint;
  return 0;
}

int proctor_host_is_complete(const proctor_host* host, const char** why) {
  if (host == NULL) return Fail(why, "there is no host");
  if (host->version != PROCTOR_PORT_VERSION) return Fail(why, "the host has another port version");
  if (host->size < sizeof(proctor_host))
    return Fail(why, "the host's table is shorter than the header's");
  if (host->self == NULL) return Fail(why, "the host's table lacks self");
  if (host->constants == NULL) return Fail(why, "the host's table lacks constants");
  for (size_t i = 0; i < sizeof(kFunctions) / sizeof(kFunctions[0]); ++i) {
    const char* place = (const char*)host + kFunctions[i].offset;
    if (*(void (*const*)(void))place == NULL) return Fail(why, kFunctions[i].complaint);
  }
  return 1;
}
