"""The CPython adapter: runs Proctor's scenarios on threads of the Python that executes it.

It is the worked example of conformance/adapter/PROTOCOL.md: one file of the standard library only.
A task is a thread; the P is the global interpreter lock. A thread that waits for the lock longer
than the switch interval asks its holder to let go, which the holder does at its next safepoint.
"""

import _thread
import ctypes
import faulthandler
import gc
import json
import os
import platform
import select
import signal
import sys
import time
import traceback

INPUT, OUTPUT, FIRST_DESCRIPTOR = 3, 4, 10
LINE_BYTES_MOST = 1 << 20

# A call through PyDLL keeps the interpreter lock: the runtime does not see a system call.
libc = ctypes.PyDLL(None)


def write(line):
    data = line.encode() + b"\n"
    while libc.write(OUTPUT, data, len(data)) != len(data):
        if ctypes.get_errno() == 32:  # EPIPE: nobody listens any more
            os._exit(1)


def stamp(event, g=0, more="", t=None):
    """A line. `more` holds its further members; without `g` it is the scenario's own."""
    number = f',"g":{g}' if g else ""
    write(f'{{"t":{time.monotonic_ns() if t is None else t},"e":"{event}"{number}{more}}}')


def loop(iterations):
    """Computes and calls nothing. The interpreter passes a safepoint in each turn."""
    x = iterations
    for i in range(iterations):
        x ^= i
    return x


def calibrate():
    """Turns of loop in a millisecond: the fastest measurement is the least disturbed one."""
    best = 1 << 62
    for _ in range(5):
        begin = time.monotonic_ns()
        loop(20_000)
        best = min(best, time.monotonic_ns() - begin)
    return 20_000 * 1_000_000 // (best + 1)


class Channel:
    """The n-th send ends once n - capacity receives have begun, the n-th receive once n sends."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.lock = _thread.allocate_lock()
        self.sends = self.receives = 0
        self.waiting = []  # (is it a send, its number, the lock that it waits for)

    def send(self):
        self._begin(True)

    def receive(self):
        self._begin(False)

    def _is_due(self, is_send, number):
        return number <= (self.receives + self.capacity if is_send else self.sends)

    def _begin(self, is_send):
        turn = _thread.allocate_lock()
        turn.acquire()
        with self.lock:
            if is_send:
                self.sends += 1
            else:
                self.receives += 1
            self.waiting.append((is_send, self.sends if is_send else self.receives, turn))
            left = []
            for waiter in self.waiting:
                if self._is_due(waiter[0], waiter[1]):
                    waiter[2].release()
                else:
                    left.append(waiter)
            self.waiting = left
        turn.acquire()


class Run:
    """One scenario while it runs."""

    def __init__(self, scenario, iterations_per_ms):
        self.tasks = scenario["tasks"]
        self.channels = [Channel(c.get("capacity", 0)) for c in scenario.get("channels", [])]
        self.iterations_per_ms = iterations_per_ms
        self.lock = _thread.allocate_lock()
        self.last = 0  # the number of the last run of a task
        self.live = 1  # ours, until all tasks are made
        self.done = _thread.allocate_lock()
        self.done.acquire()
        self.garbage = {}

    def perform(self):
        stamp("scenario_start")
        for index, task in enumerate(self.tasks):
            if task.get("start", True):
                self.spawn(index, 0)
        self.leave()
        self.done.acquire()
        stamp("scenario_end")

    def spawn(self, index, by):
        with self.lock:
            self.last += 1
            self.live += 1
            g = self.last
        stamp("task_spawn", by, f',"task":{g}')
        _thread.start_new_thread(self.run_task, (self.tasks[index], g))

    def leave(self):
        with self.lock:
            self.live -= 1
            last = self.live == 0
        if last:
            self.done.release()

    def run_task(self, task, g):
        try:
            stamp("task_start", g)
            for _ in range(task.get("repeat", 1)):
                for index, op in enumerate(task["ops"]):
                    which = f',"op":"{op["op"]}","index":{index}'
                    stamp("op_begin", g, f'{which},"duration_ns":{op.get("duration_ns", 0)}')
                    getattr(self, "op_" + op["op"])(op, g)
                    stamp("op_end", g, which)
            stamp("task_end", g)
            self.leave()
        except BaseException:
            traceback.print_exc()
            os._exit(1)

    # The operations, by their names.

    def op_spin(self, op, g):
        loop(op["duration_ns"] // 1000 * self.iterations_per_ms // 1000)

    def op_work(self, op, g):
        end = time.monotonic_ns() + op["duration_ns"]
        while time.monotonic_ns() < end:
            for _ in range(50):
                self.garbage[g] = bytearray(64)

    def op_block(self, op, g):
        # Without descriptors it only waits; a signal does not shorten it.
        select.select([], [], [], op["duration_ns"] / 1e9)

    def op_block_untold(self, op, g):
        end = time.monotonic_ns() + op["duration_ns"]
        while (left := end - time.monotonic_ns()) > 0:  # again after a signal
            libc.usleep(left // 1000 + 1)

    def op_calls(self, op, g):
        end = time.monotonic_ns() + op["duration_ns"]
        while time.monotonic_ns() < end:
            os.fstat(OUTPUT)  # one of those that let go of the lock

    def op_wait(self, op, g):
        descriptor = FIRST_DESCRIPTOR + op.get("descriptor", 0)
        while True:
            select.select([descriptor], [], [])
            try:
                os.read(descriptor, 1)
                return
            except BlockingIOError:  # another task was faster
                pass

    def op_sleep(self, op, g):
        time.sleep(op["duration_ns"] / 1e9)

    def op_yield(self, op, g):
        time.sleep(0)

    def op_send(self, op, g):
        self.channels[op.get("channel", 0)].send()

    def op_receive(self, op, g):
        self.channels[op.get("channel", 0)].receive()

    def op_spawn(self, op, g):
        self.spawn(op["task"], g)

    def op_allocate(self, op, g):
        self.garbage[g] = bytearray(op["bytes"])

    def op_collect(self, op, g):
        gc.collect()

    def op_stamp(self, op, g):
        stamp("cpu_time", g, f',"cpu_ns":{time.process_time_ns()}')


def tell_collections():
    """Stamps each collection of the interpreter when it ends."""
    count = 0

    def on_collection(phase, info):
        nonlocal count
        if phase == "stop":
            count += 1
            stamp("collection", 0, f',"count":{count}')

    gc.callbacks.append(on_collection)


def in_force():
    """The tunables that differ from the contract's: one P, no collector that starts by itself."""
    return {
        "procs": 1,
        "gc_percent": -1,
        "slice_ns": round(sys.getswitchinterval() * 1e6) * 1000,
    }


def handshake():
    operations = [name[3:] for name in dir(Run) if name.startswith("op_")]
    return {
        "schema": "proctor-adapter/1",
        "name": "cpython",
        "version": platform.python_version(),
        "operations": operations,
        "settable": ["slice_ns"],
        "in_force": in_force(),
        "monitor": None,
        "preemption": "safepoint",
        "reports_deadlock": False,
        "blocking": "told",
    }


def read_lines():
    """The lines of the harness, however they are cut; ends with them."""
    text = b""
    while True:
        block = os.read(INPUT, 1 << 16)
        if not block:
            return
        text += block
        *lines, text = text.split(b"\n")
        yield from lines
        if len(text) > LINE_BYTES_MOST:
            sys.exit("adapter: a line is too long")


def main():
    if "PROCTOR_ADAPTER" not in os.environ:
        sys.exit("adapter: to be started by proctor, not by hand")
    faulthandler.register(signal.SIGQUIT, all_threads=True, chain=True)
    gc.disable()
    tell_collections()
    iterations_per_ms = calibrate()
    write(json.dumps(handshake()))
    for line in read_lines():
        scenario = json.loads(line)
        for name, value in scenario.get("tunables", {}).items():
            if name == "slice_ns":
                sys.setswitchinterval(value / 1e9)
        Run(scenario, iterations_per_ms).perform()
        write(json.dumps({"done": {"in_force": in_force()}}))


main()
