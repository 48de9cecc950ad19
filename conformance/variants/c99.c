/* A monitor in C99, written from port.h and the contract alone: it is whole, and a place to start
 * from. */

#include <string.h>

#include "conformance/port/port.h"

struct seen {
  int known;
  uint32_t tick;
  int64_t since;
};

struct mon {
  const proctor_host* host;
  void* self;
  const proctor_constants* c;
  int64_t idle;
  int64_t delay;
  int64_t traced;    /* when the last line was printed */
  int64_t refreshed; /* when the machine was last looked at */
  int ever_traced;
  int ever_refreshed;
  struct seen sched[1024]; /* the most processors there can be */
  struct seen sys[1024];
};

static int quiet(struct mon* m) {
  return m->host->stop_pending(m->self) ||
         m->host->idle_processors(m->self) == m->host->processors(m->self);
}

static void deep(struct mon* m) {
  const proctor_host* h = m->host;
  const int64_t now = h->now_ns(m->self);
  int64_t timer, left;
  int woken, coarse;
  if (m->c->trace_interval_ns != 0) return;
  if (!quiet(m)) return;
  h->lock(m->self, PROCTOR_LOCK_SCHED);
  if (!quiet(m)) goto out;
  timer = h->earliest_timer_ns(m->self);
  if (timer <= now) goto out;
  left = m->c->forcegc_period_ns / 2;
  if (timer != PROCTOR_NO_TIMER && timer - now < left) left = timer - now;
  coarse = left >= m->c->relax_min_ns;
  h->set_monitor_waits(m->self, 1);
  h->unlock(m->self, PROCTOR_LOCK_SCHED);
  if (coarse) h->relax_clock(m->self, 1);
  woken = h->sleep_on_note(m->self, left);
  if (coarse) h->relax_clock(m->self, 0);
  h->lock(m->self, PROCTOR_LOCK_SCHED);
  h->set_monitor_waits(m->self, 0);
  h->clear_note(m->self);
  if (woken) {
    m->idle = 0;
    m->delay = m->c->shallow_min_ns;
  }
out:
  h->unlock(m->self, PROCTOR_LOCK_SCHED);
}

static void poll_network(struct mon* m, int64_t now) {
  const proctor_host* h = m->host;
  proctor_ready_list list;
  int64_t last;
  if (!h->poller_ready(m->self)) return;
  last = h->last_poll_ns(m->self);
  if (last == 0 || now - last <= m->c->poll_stale_ns) return;
  h->swap_last_poll(m->self, last, now);
  memset(&list, 0, sizeof list);
  h->poll(m->self, 0, &list);
  if (list.count == 0) return;
  h->add_idle_locked(m->self, -1);
  h->inject(m->self, &list);
  h->add_idle_locked(m->self, +1);
  if (m->c->adjust_waiters) h->adjust_waiters(m->self, list.waiters_delta);
}

/* 1: the same tick as before. Otherwise it is noted. */
static int same(struct seen* seen, uint32_t tick, int64_t now) {
  if (seen->known && seen->tick == tick) return 1;
  seen->known = 1;
  seen->tick = tick;
  seen->since = now;
  return 0;
}

/* 1: processor p, which is in a system call, is to be taken. */
static int wanted(struct mon* m, int32_t p, int expired, int64_t now) {
  const proctor_host* h = m->host;
  const uint32_t tick = h->syscall_tick_of(m->self, p);
  struct seen* seen = &m->sys[p];
  if (!expired && !same(seen, tick, now)) return 0;
  if (h->has_local_work(m->self, p)) return 1;
  if (h->spinning_threads(m->self) == 0 && h->idle_processors(m->self) == 0) return 1;
  return now - seen->since >= m->c->syscall_cap_ns;
}

static int take(struct mon* m, int32_t p, int32_t status, int expired, int64_t now) {
  const proctor_host* h = m->host;
  int won = 0;
  if (!m->c->take_by_task_lock) {
    if (status != PROCTOR_P_SYSCALL || !wanted(m, p, expired, now)) return 0;
  }
  h->unlock(m->self, PROCTOR_LOCK_ALL_P);
  h->add_idle_locked(m->self, -1);
  if (!m->c->take_by_task_lock) {
    won = h->swap_syscall_to_idle(m->self, p);
    if (won) h->bump_syscall_tick(m->self, p);
  } else if (h->lock_task_in_syscall(m->self, p)) {
    won = wanted(m, p, expired, now);
    if (won) {
      h->take_from_locked_task(m->self, p);
      h->bump_syscall_tick(m->self, p);
    }
    h->unlock_task(m->self, p);
  }
  if (won) h->hand_off(m->self, p);
  h->add_idle_locked(m->self, +1);
  h->lock(m->self, PROCTOR_LOCK_ALL_P);
  return won;
}

static int scan(struct mon* m, int64_t now) {
  const proctor_host* h = m->host;
  int32_t p;
  int taken = 0;
  h->lock(m->self, PROCTOR_LOCK_ALL_P);
  for (p = 0; p < h->processor_count(m->self); p++) {
    const int32_t status = h->status_of(m->self, p);
    int expired = 0;
    if (status != PROCTOR_P_RUNNING && (status != PROCTOR_P_SYSCALL || m->c->take_by_task_lock))
      continue;
    if (same(&m->sched[p], h->schedule_tick_of(m->self, p), now)) {
      expired = now - m->sched[p].since >= m->c->slice_ns;
      if (expired) h->request_preemption(m->self, p);
    }
    taken += take(m, p, status, expired, now);
  }
  h->unlock(m->self, PROCTOR_LOCK_ALL_P);
  return taken;
}

static void force_collection(struct mon* m, int64_t now) {
  const proctor_host* h = m->host;
  proctor_collector gc;
  h->collector(m->self, &gc);
  if (!gc.enabled || gc.dying || gc.collecting || gc.percent < 0 || gc.last_end_ns == 0) return;
  if (now - gc.last_end_ns <= m->c->forcegc_period_ns) return;
  if (!h->helper_idle(m->self)) return;
  h->lock(m->self, PROCTOR_LOCK_FORCED_GC);
  h->clear_helper_idle(m->self);
  h->inject_helper(m->self);
  h->unlock(m->self, PROCTOR_LOCK_FORCED_GC);
}

static void duties(struct mon* m) {
  const proctor_host* h = m->host;
  int64_t now;
  h->lock(m->self, PROCTOR_LOCK_MONITOR);
  now = h->now_ns(m->self);
  h->call_yield_hook(m->self);
  poll_network(m, now);
  if (m->c->rescue_timers && h->earliest_timer_ns(m->self) < now) h->start_thread(m->self);
  if (m->c->refresh_procs_ns > 0 &&
      (!m->ever_refreshed || now - m->refreshed >= m->c->refresh_procs_ns)) {
    h->refresh_processors(m->self);
    m->ever_refreshed = 1;
    m->refreshed = now;
  }
  if (h->scavenger_asked_for(m->self)) h->wake_scavenger(m->self);
  if (scan(m, now) > 0) {
    m->idle = 0;
  } else {
    m->idle++;
  }
  force_collection(m, now);
  if (m->c->trace_interval_ns > 0 &&
      (!m->ever_traced || now - m->traced >= m->c->trace_interval_ns)) {
    h->print_trace(m->self, now);
    m->ever_traced = 1;
    m->traced = now;
  }
  h->unlock(m->self, PROCTOR_LOCK_MONITOR);
}

static void run(const proctor_host* host, void* argument) {
  struct mon m;
  (void)argument;
  if (!proctor_host_is_complete(host, NULL)) return;
  memset(&m, 0, sizeof m);
  m.host = host;
  m.self = host->self;
  m.c = host->constants;
  host->lock(m.self, PROCTOR_LOCK_SCHED);
  host->add_system_thread(m.self);
  host->check_deadlock(m.self);
  host->unlock(m.self, PROCTOR_LOCK_SCHED);
  for (;;) {
    if (m.idle == 0) {
      m.delay = m.c->shallow_min_ns;
    } else if (m.idle > m.c->flat_cycles) {
      m.delay *= 2;
    }
    if (m.delay > m.c->shallow_max_ns) m.delay = m.c->shallow_max_ns;
    if (host->sleep_ns(m.self, m.delay) != 0) return;
    deep(&m);
    duties(&m);
  }
}

const proctor_implementation* proctor_implementation_under_test(void) {
  static const proctor_implementation implementation = {PROCTOR_PORT, "c99", "1", run, NULL};
  return &implementation;
}
