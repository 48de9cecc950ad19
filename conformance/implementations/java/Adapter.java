import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The Java adapter: runs Proctor's scenarios on virtual threads.
 *
 * <p>A P is a carrier thread. A virtual thread leaves it where it blocks in the library, and nowhere
 * else: nothing preempts it, and a call of C pins it. Calls of C are what `block` and the stamps are
 * made of, and the scheduler does not notice them.
 */
public final class Adapter {
  static final int INPUT = 3;
  static final int OUTPUT = 4;

  static final Linker LINKER = Linker.nativeLinker();
  static final MethodHandle WRITE = function("write", 3);
  static final MethodHandle READ = function("read", 3);
  static final MethodHandle POLL = function("poll", 3);
  static final MethodHandle GETPPID = function("getppid", 0);
  static final MethodHandle CLOCK = function("clock_gettime", 2);

  /** One of C, whose arguments have 64 bits each. */
  static MethodHandle function(String name, int arguments) {
    ValueLayout[] layouts = new ValueLayout[arguments];
    java.util.Arrays.fill(layouts, ValueLayout.JAVA_LONG);
    return LINKER.downcallHandle(
        LINKER.defaultLookup().find(name).orElseThrow(),
        FunctionDescriptor.of(ValueLayout.JAVA_LONG, layouts));
  }

  static void write(String line) {
    try (Arena arena = Arena.ofConfined()) {
      byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
      MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      // A line is short, so the pipe takes it whole or not at all.
      if ((long) WRITE.invokeExact((long) OUTPUT, memory.address(), (long) bytes.length) < 0) {
        Runtime.getRuntime().halt(1);
      }
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** `more` holds the further members; without `g` it is the scenario's own stamp. */
  static void stamp(String event, long g, String more) {
    long now = System.nanoTime(); // CLOCK_MONOTONIC on Linux
    write("{\"t\":" + now + ",\"e\":\"" + event + "\"" + (g > 0 ? ",\"g\":" + g : "") + more + "}");
  }

  static volatile long sink;

  /** Computes and calls nothing. */
  static long loop(long iterations) {
    long x = iterations;
    for (long i = 0; i < iterations; i++) x += i ^ x;
    return x;
  }

  /** Turns of loop in a millisecond: the fastest measurement is the least disturbed one. */
  static long calibrate() {
    final long iterations = 1 << 19;
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 30; i++) {
      long begin = System.nanoTime();
      sink = loop(iterations);
      best = Math.min(best, System.nanoTime() - begin);
    }
    return iterations * 1_000_000 / (best + 1);
  }

  /** The n-th send ends once n - capacity receives have begun, the n-th receive once n sends. */
  static final class Channel {
    private record Waiter(boolean isSend, long number, Semaphore turn) {}

    private final long capacity;
    private final List<Waiter> waiting = new ArrayList<>();
    private long sends;
    private long receives;

    Channel(long capacity) {
      this.capacity = capacity;
    }

    void pass(boolean isSend) throws InterruptedException {
      Semaphore turn = new Semaphore(0);
      synchronized (this) {
        waiting.add(new Waiter(isSend, isSend ? ++sends : ++receives, turn));
        waiting.removeIf(
            waiter -> {
              boolean due = waiter.number <= (waiter.isSend ? receives + capacity : sends);
              if (due) waiter.turn.release();
              return due;
            });
      }
      turn.acquire();
    }
  }

  /** One scenario while it runs. */
  static final class Run {
    final List<Map<String, Object>> tasks;
    final List<Channel> channels = new ArrayList<>();
    final long iterationsPerMs;
    final AtomicLong last = new AtomicLong();
    final AtomicLong live = new AtomicLong(1); // ours, until all tasks are made
    final CountDownLatch done = new CountDownLatch(1);
    volatile Object garbage;

    Run(Map<String, Object> scenario, long iterationsPerMs) {
      this.iterationsPerMs = iterationsPerMs;
      tasks = list(scenario, "tasks");
      for (Map<String, Object> channel : list(scenario, "channels")) {
        channels.add(new Channel(number(channel, "capacity", 0)));
      }
    }

    void perform() throws InterruptedException {
      stamp("scenario_start", 0, "");
      for (int i = 0; i < tasks.size(); i++) {
        if ((boolean) tasks.get(i).getOrDefault("start", true)) spawn(i, 0);
      }
      leave();
      done.await();
      stamp("scenario_end", 0, "");
    }

    void spawn(int index, long by) {
      long g = last.incrementAndGet();
      live.incrementAndGet();
      stamp("task_spawn", by, ",\"task\":" + g);
      Thread.ofVirtual().start(() -> runTask(tasks.get(index), g));
    }

    void leave() {
      if (live.decrementAndGet() == 0) done.countDown();
    }

    void runTask(Map<String, Object> task, long g) {
      try {
        stamp("task_start", g, "");
        List<Map<String, Object>> ops = list(task, "ops");
        for (long repeat = number(task, "repeat", 1); repeat > 0; repeat--) {
          for (int i = 0; i < ops.size(); i++) {
            Map<String, Object> op = ops.get(i);
            String which = ",\"op\":\"" + op.get("op") + "\",\"index\":" + i;
            long asked = number(op, "duration_ns", 0);
            stamp("op_begin", g, which + ",\"duration_ns\":" + asked);
            perform(op, asked, g);
            stamp("op_end", g, which);
          }
        }
        stamp("task_end", g, "");
        leave();
      } catch (Throwable e) {
        e.printStackTrace();
        Runtime.getRuntime().halt(1);
      }
    }

    void perform(Map<String, Object> op, long asked, long g) throws Throwable {
      long end = System.nanoTime() + asked;
      switch ((String) op.get("op")) {
        case "spin" -> sink = loop(asked / 1000 * iterationsPerMs / 1000);
        case "work" -> {
          while (System.nanoTime() < end) {
            for (int i = 0; i < 50; i++) garbage = new byte[64];
          }
        }
        case "block" -> {
          // Whole milliseconds, rounded up.
          while (System.nanoTime() < end) {
            long left = (end - System.nanoTime()) / 1_000_000 + 1;
            long unused = (long) POLL.invokeExact(0L, 0L, left);
          }
        }
        case "calls" -> {
          while (System.nanoTime() < end) {
            long unused = (long) GETPPID.invokeExact();
          }
        }
        case "sleep" -> Thread.sleep(java.time.Duration.ofNanos(asked));
        case "yield" -> Thread.yield();
        case "send" -> channels.get((int) number(op, "channel", 0)).pass(true);
        case "receive" -> channels.get((int) number(op, "channel", 0)).pass(false);
        case "spawn" -> spawn((int) number(op, "task", 0), g);
        case "allocate" -> garbage = new byte[(int) number(op, "bytes", 0)];
        case "stamp" -> stamp("cpu_time", g, ",\"cpu_ns\":" + cpuTime());
        default -> throw new IllegalArgumentException(op.toString());
      }
    }
  }

  static long cpuTime() throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = arena.allocate(16, 8);
      final long processCpuTime = 2; // CLOCK_PROCESS_CPUTIME_ID
      long unused = (long) CLOCK.invokeExact(processCpuTime, time.address());
      return time.get(ValueLayout.JAVA_LONG, 0) * 1_000_000_000
          + time.get(ValueLayout.JAVA_LONG, 8);
    }
  }

  /** As much of JSON as scenarios need. */
  static final class Json {
    private final String text;
    private int at;

    Json(String text) {
      this.text = text;
    }

    Object value() {
      char c = next();
      if (c == '{') {
        Map<String, Object> members = new HashMap<>();
        for (at++; next() != '}'; ) {
          String name = string();
          next();
          at++; // the colon
          members.put(name, value());
          if (next() == ',') at++;
        }
        at++;
        return members;
      }
      if (c == '[') {
        List<Object> elements = new ArrayList<>();
        for (at++; next() != ']'; ) {
          elements.add(value());
          if (next() == ',') at++;
        }
        at++;
        return elements;
      }
      if (c == '"') return string();
      int begin = at;
      while (at < text.length() && ",]} \t".indexOf(text.charAt(at)) < 0) at++;
      String word = text.substring(begin, at);
      return switch (word) {
        case "true" -> true;
        case "false" -> false;
        case "null" -> "";
        default -> word.matches("-?\\d+") ? (Object) Long.parseLong(word) : word;
      };
    }

    private char next() {
      while (text.charAt(at) == ' ' || text.charAt(at) == '\t') at++;
      return text.charAt(at);
    }

    private String string() {
      StringBuilder string = new StringBuilder();
      next();
      while (text.charAt(++at) != '"') {
        if (text.charAt(at) == '\\') at++; // names that matter hold none
        string.append(text.charAt(at));
      }
      at++;
      return string.toString();
    }
  }

  static long number(Map<String, Object> object, String member, long otherwise) {
    return (long) object.getOrDefault(member, otherwise);
  }

  @SuppressWarnings("unchecked")
  static List<Map<String, Object>> list(Map<String, Object> object, String member) {
    return (List<Map<String, Object>>) object.getOrDefault(member, List.of());
  }

  static String inForce(long procs) {
    return "{\"procs\":" + procs + ",\"asynchronous_preemption\":0}";
  }

  /** null: the input has ended. */
  static String readLine(StringBuilder text) throws Throwable {
    while (text.indexOf("\n") < 0) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment block = arena.allocate(1 << 16);
        long got = (long) READ.invokeExact((long) INPUT, block.address(), block.byteSize());
        if (got <= 0) return null;
        byte[] bytes = block.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE);
        text.append(new String(bytes, StandardCharsets.ISO_8859_1));
      }
    }
    String line = text.substring(0, text.indexOf("\n"));
    text.delete(0, line.length() + 1);
    return line;
  }

  @SuppressWarnings("unchecked")
  public static void main(String[] arguments) throws Throwable {
    if (System.getenv("PROCTOR_ADAPTER") == null) {
      System.err.println("adapter: to be started by proctor, not by hand");
      System.exit(1);
    }
    long iterationsPerMs = calibrate();
    long cpus = Runtime.getRuntime().availableProcessors();
    write(
        "{\"schema\":\"proctor-adapter/1\",\"name\":\"java\",\"version\":\""
            + Runtime.version().toString().replaceAll("[^0-9A-Za-z.+-]", "")
            + "\",\"operations\":[\"spin\",\"work\",\"block\",\"calls\",\"sleep\",\"yield\","
            + "\"send\",\"receive\",\"spawn\",\"allocate\",\"stamp\"],\"settable\":[\"procs\"],"
            + "\"in_force\":" + inForce(cpus)
            + ",\"monitor\":null,\"preemption\":\"none\",\"reports_deadlock\":false,"
            + "\"blocking\":\"untold\"}");
    StringBuilder text = new StringBuilder();
    for (String line = readLine(text); line != null; line = readLine(text)) {
      Map<String, Object> scenario = (Map<String, Object>) new Json(line).value();
      Map<String, Object> tunables =
          (Map<String, Object>) scenario.getOrDefault("tunables", Map.of());
      long procs = number(tunables, "procs", 0);
      if (procs == 0) procs = cpus;
      // Read when the first virtual thread is made: one scenario a process.
      System.setProperty("jdk.virtualThreadScheduler.parallelism", Long.toString(procs));
      System.setProperty("jdk.virtualThreadScheduler.maxPoolSize", Long.toString(procs));
      new Run(scenario, iterationsPerMs).perform();
      write("{\"done\":{\"in_force\":" + inForce(procs) + "}}");
    }
  }
}
