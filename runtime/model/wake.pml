/* The monitor's deep sleep and those who wake it, as a model for spin: every interleaving of their
 * steps, exhaustively.
 *
 * The monitor looks without a lock whether there is nothing to watch, looks again under the
 * scheduler's lock, says that it waits, drops the lock and sleeps on its note, with or without a
 * time-out. Threads come back from system calls: under the lock they take an idle processor and, if
 * the monitor waits, take the flag back and wake the note. Later they give the processor up again,
 * and come back again. The steps are those of runtime/sysmon/sysmon.cc,
 * runtime/scheduler/monitor_wake.h and syscalls.cc.
 *
 * Covered: no sleep without a time-out goes on while a processor is busy; a sleep is ended once;
 * a wake-up that meets the time-out ends no later sleep. Not covered: orders of memory (every step
 * is seen by all at once; monitor_wake_model_test has them), and the stop of the world.
 *
 * A fault is planted with -DFAULT=N; each must be found.
 */

#define NONE 0
#define FLAG_AFTER_THE_LOCK 1
#define WAKE_WITHOUT_THE_LOCK 2
#define ONE_LOOK 3
#define CLEAR_WITHOUT_THE_LOCK 4
#ifndef FAULT
#define FAULT NONE
#endif

#define THREADS 2
#define SLEEPS 2
#define RETURNS 2

bit locked;
byte idle = THREADS; /* processors that nobody has */
bit waits;           /* the monitor's flag */
bit note;
bit asleep;
bit ended; /* the sleep in hand has had its wake-up */

#define NOTHING_TO_WATCH (idle == THREADS)

inline Acquire() { atomic { !locked; locked = 1 } }
inline Release() { locked = 0 }

inline Wake() {
  if
  :: waits ->
    waits = 0;
    d_step {
      assert(!ended); /* one wake-up a sleep */
      ended = 1;
      note = 1
    }
  :: else
  fi
}

proctype Monitor(bit times_out) {
  byte sleeps = 0;
  bit woken;
  do
  :: sleeps < SLEEPS ->
    NOTHING_TO_WATCH;
    Acquire();
    if
    :: FAULT == ONE_LOOK || NOTHING_TO_WATCH ->
      sleeps++;
      if
      :: FAULT == FLAG_AFTER_THE_LOCK -> Release(); d_step { waits = 1; ended = 0 }
      :: else -> d_step { waits = 1; ended = 0 } Release()
      fi;
      asleep = 1;
      if
      :: note -> woken = 1
      :: times_out -> woken = 0
      fi;
      asleep = 0;
      if
      :: FAULT == CLEAR_WITHOUT_THE_LOCK -> note = 0; Acquire(); waits = 0
      :: else -> Acquire(); waits = 0; note = 0
      fi;
      /* It is woken by a wake-up of this sleep, and by none of an earlier one. */
      assert(!woken || ended);
      ended = 0;
      Release()
    :: else -> Release()
    fi
  :: else -> break
  od
}

proctype Thread() {
  byte returns = 0;
  do
  :: returns < RETURNS ->
    returns++;
    Acquire();
    idle--;
    if
    :: FAULT == WAKE_WITHOUT_THE_LOCK -> Release(); Wake()
    :: else -> Wake(); Release()
    fi;
    if
    :: returns < RETURNS -> Acquire(); idle++; Release()
    :: else
    fi
  :: else -> break
  od
}

/* When nobody can go on any more: the monitor may be left asleep only if there is nothing to watch.
 */
proctype AtTheEnd() {
  timeout;
  assert(!asleep || NOTHING_TO_WATCH)
}

init {
  atomic {
    if
    :: run Monitor(0)
    :: run Monitor(1)
    fi;
    byte i;
    for (i : 1 .. THREADS) {
      run Thread()
    }
    run AtTheEnd()
  }
}
