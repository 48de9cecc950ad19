# The Ruby adapter: runs Proctor's scenarios on Ruby's threads.
#
# A P is the lock of the virtual machine: one thread runs at a time. A timer thread asks the holder
# to let go of it after a time slice of 100 ms, which it does at its next safepoint. Ruby notices a
# deadlock by itself: "No live threads left. Deadlock? (fatal)".

require "fiddle"
require "io/wait"
require "json"

INPUT = 3
OUTPUT = 4
FIRST_DESCRIPTOR = 10

# The lock is kept in this call: the runtime does not see a system call.
WRITE = Fiddle::Function.new(
  Fiddle.dlopen(nil)["write"],
  [Fiddle::TYPE_INT, Fiddle::TYPE_VOIDP, Fiddle::TYPE_SIZE_T], Fiddle::TYPE_SSIZE_T, need_gvl: true
)
USLEEP = Fiddle::Function.new(
  Fiddle.dlopen(nil)["usleep"], [-Fiddle::TYPE_INT], Fiddle::TYPE_INT, need_gvl: true
)

def now = Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)

def say(line)
  line += "\n"
  exit!(1) if WRITE.call(OUTPUT, line, line.bytesize) < 0 # nobody listens any more
end

# `more` holds the further members; without `g` it is the scenario's own stamp.
def stamp(event, g = 0, more = "")
  say(%({"t":#{now},"e":"#{event}"#{g > 0 ? %(,"g":#{g}) : ''}#{more}}))
end

# Computes and calls nothing but the operators of the language.
def turn_around(iterations)
  x = i = 0
  while i < iterations
    x ^= i
    i += 1
  end
  x
end

# Turns in a millisecond: the fastest measurement is the least disturbed one.
def calibrate
  best = Array.new(5) do
    begun = now
    turn_around(50_000)
    now - begun
  end.min
  50_000 * 1_000_000 / (best + 1)
end

# The n-th send ends once n - capacity receives have begun, the n-th receive once n sends.
class Channel
  def initialize(capacity)
    @capacity = capacity
    @lock = Mutex.new
    @passed = ConditionVariable.new
    @sends = @receives = 0
  end

  def send_one
    @lock.synchronize do
      number = @sends += 1
      @passed.broadcast
      @passed.wait(@lock) until number <= @receives + @capacity
    end
  end

  def receive_one
    @lock.synchronize do
      number = @receives += 1
      @passed.broadcast
      @passed.wait(@lock) until number <= @sends
    end
  end
end

# One scenario while it runs.
class Run
  OPERATIONS = %w[spin work block block_untold calls wait sleep yield send receive spawn allocate
                  collect stamp].freeze

  def initialize(scenario, iterations_per_ms)
    @tasks = scenario["tasks"]
    @channels = scenario.fetch("channels", []).map { |c| Channel.new(c.fetch("capacity", 0)) }
    @descriptors = Array.new(scenario.fetch("descriptors", 0)) do |i|
      IO.for_fd(FIRST_DESCRIPTOR + i, autoclose: false)
    end
    @iterations_per_ms = iterations_per_ms
    @last = 0 # the number of the last run of a task
    @threads = []
  end

  def perform
    stamp("scenario_start")
    @tasks.each_with_index { |task, i| spawn(i, 0) if task.fetch("start", true) }
    # Those that are spawned meanwhile join the list.
    while (thread = @threads.shift)
      thread.join
    end
    stamp("scenario_end")
  end

  def spawn(index, by)
    g = @last += 1 # no thread is switched between these two
    stamp("task_spawn", by, %(,"task":#{g}))
    @threads << Thread.new { run_task(@tasks[index], g) }
  end

  def run_task(task, g)
    stamp("task_start", g)
    task.fetch("repeat", 1).times do
      task["ops"].each_with_index do |op, i|
        which = %(,"op":"#{op['op']}","index":#{i})
        asked = op.fetch("duration_ns", 0)
        stamp("op_begin", g, %(#{which},"duration_ns":#{asked}))
        do_operation(op, asked, g)
        stamp("op_end", g, which)
      end
    end
    stamp("task_end", g)
  end

  def do_operation(op, asked, g)
    case op["op"]
    when "spin" then turn_around(asked / 1000 * @iterations_per_ms / 1000)
    when "work"
      ends = now + asked
      50.times { @garbage = "x" * 64 } while now < ends
    when "block"
      # Without descriptors it only waits; in steps, as it may be woken too early.
      ends = now + asked
      while (left = ends - now) > 0
        IO.select(nil, nil, nil, left / 1e9)
      end
    when "block_untold"
      ends = now + asked
      while (left = ends - now) > 0
        USLEEP.call(left / 1000 + 1)
      end
    when "calls"
      ends = now + asked
      File.stat("/") while now < ends # one of those that let go of the lock
    when "wait" then wait(@descriptors[op.fetch("descriptor", 0)])
    when "sleep"
      ends = now + asked
      while (left = ends - now) > 0
        sleep(left / 1e9)
      end
    when "yield" then Thread.pass
    when "send" then @channels[op.fetch("channel", 0)].send_one
    when "receive" then @channels[op.fetch("channel", 0)].receive_one
    when "spawn" then spawn(op["task"], g)
    when "allocate" then @garbage = "x" * op["bytes"]
    when "collect"
      GC.start
      say(%({"t":#{now},"e":"collection","count":#{GC.count}}))
    when "stamp"
      used = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID, :nanosecond)
      stamp("cpu_time", g, %(,"cpu_ns":#{used}))
    end
  end

  def wait(io)
    loop do
      io.wait_readable
      return unless io.read_nonblock(1, exception: false) == :wait_readable # another was faster
    end
  end
end

IN_FORCE = { procs: 1, gc_percent: -1, slice_ns: 100_000_000 }.freeze

def main
  abort "adapter: to be started by proctor, not by hand" unless ENV["PROCTOR_ADAPTER"]
  Thread.abort_on_exception = true
  GC.disable
  trap("QUIT") do
    Thread.list.each { |thread| warn thread.inspect, *thread.backtrace }
    exit!(1)
  end
  iterations_per_ms = calibrate
  say(JSON.generate(
        schema: "proctor-adapter/1", name: "ruby", version: RUBY_VERSION,
        operations: Run::OPERATIONS, settable: [], in_force: IN_FORCE, monitor: nil,
        preemption: "safepoint", reports_deadlock: true, blocking: "told"
      ))
  IO.for_fd(INPUT).each_line do |line|
    Run.new(JSON.parse(line), iterations_per_ms).perform
    say(JSON.generate(done: { in_force: IN_FORCE }))
  end
end

main
