/* The deadlock check and the windows in which it could be wrong, as a model for spin: every
 * interleaving, exhaustively.
 *
 * One processor, TASKS tasks that end up waiting for one another. A thread in a system call may
 * lose its processor to the monitor, which hands it to another thread; the first one comes back,
 * finds no processor, queues its task and parks. Every thread that parks looks whether anybody runs
 * any more. The steps are those of runtime/sysmon/retake.cc and, in runtime/scheduler, syscalls.cc,
 * hand_off.cc, workers.cc and deadlock.cc.
 *
 * Covered: the processor has one owner at a time, nobody takes a hand-off under way for a deadlock, no task that could run is left behind,
 * and a deadlock is reported. Not covered: orders of memory (processor_status_model_test has the
 * swap's), spinning threads (spinning_model_test), timers, the network, the stop of the world.
 *
 * A fault is planted with -DFAULT=N; each must be found.
 */

#define NONE 0
#define NO_BRACKET 1        /* the monitor takes a processor without claiming an idle thread less */
#define NO_LAST_LOOK 2      /* the end of the bracket checks nothing */
#define MONITOR_COUNTED 3   /* the monitor counts as a running thread */
#define SPLIT_SWAP 4        /* the monitor's swap is a look and a store */
#define COUNTED_LATE 5      /* a thread counts as running only when it has got its processor */
#ifndef FAULT
#define FAULT NONE
#endif

#ifndef TASKS
#define TASKS 2
#endif
#define THREADS (TASKS + 1)
#define CALLS 2 /* of each task */
#define CYCLES 2 /* of the monitor in which it finds a system call */

mtype = { kIdle, kRunning, kSyscall };

mtype status = kRunning;
bit on_idle_list;
byte runnable = TASKS - 1; /* tasks on the global queue */
byte able = TASKS;       /* tasks that could run, or do */
byte calls_left[TASKS] = CALLS;
bit queued[TASKS];

bit locked;
byte threads = 2; /* thread 0 and the monitor */
byte idle_threads;
short idle_locked;
byte system_threads;
bit parked[THREADS];
bit note[THREADS];
byte owners = 1; /* threads that run on the processor */
bit over; /* the process has ended with its report */

inline Acquire() { atomic { !locked && !over; locked = 1 } }
inline Release() { locked = 0 }

/* One thread at a time. */
inline Own() {
  owners++;
  assert(owners == 1)
}

inline CheckDeadlock() {
  if
  :: threads - idle_threads - idle_locked - system_threads > 0
  :: else ->
    assert(threads - idle_threads - idle_locked - system_threads == 0);
    assert(able == 0); /* else a task could run, and no thread does */
    over = 1
  fi
}

/* Under the lock: an idle thread, or a new one, gets the processor. */
inline Assign(to) {
  d_step {
    to = 0;
    do
    :: to < THREADS && !parked[to] -> to++
    :: else -> break
    od;
    assert(to < THREADS);
    parked[to] = 0;
    if
    :: FAULT != COUNTED_LATE ->
      if
      :: idle_threads > 0 -> idle_threads--
      :: else -> threads++
      fi
    :: else
    fi
  }
}

inline TakeTask(task) {
  d_step {
    runnable--;
    task = 0;
    do
    :: !queued[task] -> task++
    :: else -> break
    od;
    queued[task] = 0
  }
}

/* All tasks but the first are queued; that one runs on thread 0. A fresh thread waits for its note
 * like a parked one, but is not counted as idle. */
proctype Thread(byte self) {
  byte task = 0;
  bit has_task = (self == 0);
  if
  :: self == 0 -> goto go_on
  :: else -> goto sleep
  fi;

go_on:
  if
  :: over -> goto done
  :: !over && has_task && calls_left[task] > 0 ->
    calls_left[task]--;
    d_step { owners--; status = kSyscall }
    /* The call; then the way back. */
    bit got;
    atomic {
      got = (status == kSyscall);
      if
      :: got -> status = kRunning; Own()
      :: else
      fi
    }
    if
    :: got -> goto go_on
    :: else
    fi;
    Acquire();
    if
    :: on_idle_list ->
      on_idle_list = 0;
      Release();
      d_step { status = kRunning; Own() }
      goto go_on
    :: else ->
      d_step { queued[task] = 1; runnable++; has_task = 0 }
      Release();
      goto park
    fi
  :: !over && has_task && calls_left[task] == 0 ->
    d_step { has_task = 0; able-- } /* it waits for ever */
  :: !over && !has_task ->
    Acquire();
    if
    :: runnable > 0 ->
      TakeTask(task);
      has_task = 1;
      Release();
      goto go_on
    :: else ->
      d_step { owners--; status = kIdle; on_idle_list = 1 }
      Release();
      goto park
    fi
  fi;
  goto go_on;

park:
  Acquire();
  d_step { note[self] = 0; parked[self] = 1; idle_threads++ }
  CheckDeadlock();
  Release();
sleep:
  if
  :: over -> goto done
  :: note[self] ->
    note[self] = 0;
    if
    :: FAULT == COUNTED_LATE ->
      d_step {
        if
        :: idle_threads > 0 -> idle_threads--
        :: else -> threads++
        fi
      }
    :: else
    fi;
    d_step { status = kRunning; Own() }
    goto go_on
  fi;
done:
}

proctype Monitor() {
  byte cycles = 0;
  byte to;
  bit won;
  bit assigned;
  Acquire();
  if
  :: FAULT == MONITOR_COUNTED
  :: else -> system_threads++
  fi;
  CheckDeadlock();
  Release();
  do
  :: over -> break
  :: !over && cycles == CYCLES -> break
  :: !over && cycles < CYCLES && status == kSyscall ->
    cycles++;
    if
    :: FAULT == NO_BRACKET
    :: else -> Acquire(); idle_locked--; Release()
    fi;
    if
    :: FAULT == SPLIT_SWAP ->
      won = (status == kSyscall);
      if
      :: won -> status = kIdle
      :: else
      fi
    :: else ->
      atomic {
        won = (status == kSyscall);
        if
        :: won -> status = kIdle
        :: else
        fi
      }
    fi;
    if
    :: won ->
      Acquire();
      assigned = (runnable > 0);
      if
      :: assigned -> Assign(to)
      :: else -> on_idle_list = 1
      fi;
      Release();
      if
      :: assigned -> note[to] = 1
      :: else
      fi
    :: else
    fi;
    if
    :: FAULT == NO_BRACKET
    :: FAULT == NO_LAST_LOOK -> Acquire(); idle_locked++; Release()
    :: else -> Acquire(); idle_locked++; CheckDeadlock(); Release()
    fi
  od
}

/* When nobody can go on any more, the deadlock has been reported. */
proctype AtTheEnd() {
  timeout;
  assert(over)
}

init {
  atomic {
    byte i;
    for (i : 1 .. (TASKS - 1)) {
      queued[i] = 1
    }
    for (i : 1 .. (THREADS - 1)) {
      parked[i] = 1; /* not made yet: idle_threads does not count them */
    }
    for (i : 0 .. (THREADS - 1)) {
      run Thread(i)
    }
    run Monitor();
    run AtTheEnd()
  }
}
