// The Go adapter: runs Proctor's scenarios on the Go runtime that compiled it, gc or gccgo.
//
// It is one file of standard library only. While a scenario runs it keeps out of the runtime's way:
// no goroutine of its own is runnable, in a system call or in the poller, and events leave by raw
// system calls, which the runtime does not see.
package main

import (
	"debug/elf"
	"encoding/json"
	"fmt"
	"math/bits"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

const (
	input           = 3
	output          = 4
	firstDescriptor = 10
	maxLine         = 1 << 20
)

// forcegcPeriod is the runtime's variable forcegcperiod: the age of the last collection at which
// the monitor forces one. nil where it is out of reach: gccgo makes it a constant.
var forcegcPeriod = findForcegcPeriod()

// findForcegcPeriod looks the variable up among the symbols of the running program. go:linkname
// would need flags that differ between releases, and gccgo refuses it for variables.
func findForcegcPeriod() *int64 {
	if runtime.Compiler != "gc" {
		return nil
	}
	file, err := elf.Open("/proc/self/exe")
	if err != nil {
		return nil
	}
	defer file.Close()
	symbols, err := file.Symbols()
	if err != nil || file.Type != elf.ET_EXEC {
		return nil
	}
	for _, symbol := range symbols {
		if symbol.Name != "runtime.forcegcperiod" || symbol.Size != 8 {
			continue
		}
		address := uintptr(symbol.Value)
		period := *(**int64)(unsafe.Pointer(&address))
		if *period == 2*60*1e9 {
			return period
		}
	}
	return nil
}

// gccgoVersion is that of the compiler, which it writes into its programs: "GCC: (Debian 12.2.0-14)
// 12.2.0". Its runtime.Version says "unknown" where the distribution built it without the file that
// says it.
func gccgoVersion() string {
	file, err := elf.Open("/proc/self/exe")
	if err != nil {
		return runtime.Version()
	}
	defer file.Close()
	if section := file.Section(".comment"); section != nil {
		comment, _ := section.Data()
		words := strings.Fields(strings.SplitN(string(comment), "\x00", 2)[0])
		if len(words) > 1 && words[0] == "GCC:" {
			return words[len(words)-1]
		}
	}
	return runtime.Version()
}

type operation struct {
	Op         string `json:"op"`
	DurationNs int64  `json:"duration_ns"`
	Bytes      int64  `json:"bytes"`
	Descriptor int    `json:"descriptor"`
	Channel    int    `json:"channel"`
	Task       int    `json:"task"`
	Timer      int    `json:"timer"`
	Procs      int    `json:"procs"`
}

type task struct {
	Repeat int64       `json:"repeat"`
	Start  bool        `json:"start"`
	Ops    []operation `json:"ops"`
}

// operations are those that scenarios have, in the order in which they are counted.
var operations = []string{"spin", "work", "block", "calls", "wait", "sleep", "yield", "send",
	"receive", "spawn", "allocate", "collect", "stamp", "set_timer", "stop_timer", "reset_timer",
	"procs", "block_untold"}

type scenario struct {
	Stamps      string           `json:"stamps"`
	Tunables    map[string]int64 `json:"tunables"`
	Channels    []struct{ Capacity int }
	Descriptors int    `json:"descriptors"`
	Tasks       []task `json:"tasks"`
}

// files are the inherited descriptors: made once, because a second os.File of the same descriptor
// would not be in the poller, and closing the first would close both.
var files []*os.File

// One scenario while it runs.
type run struct {
	scenario
	channels []chan struct{}
	lastTask int64
	live     int64
	done     chan struct{}
	gathered *gathered // nil where everything is stamped
}

const (
	exactBits   = 5 // of a value that tell the buckets of one power of two apart
	bucketsMost = 59 << exactBits
	spawnSpan   = 18 // behind the operations'
)

// span is a histogram of durations, as PROTOCOL.md says.
type span struct {
	buckets [bucketsMost]int64
	max     int64
}

func (s *span) add(ns int64) {
	if ns < 0 {
		ns = 0
	}
	bucket := ns
	if ns >= 1<<exactBits {
		shift := uint(bits.Len64(uint64(ns)) - 1 - exactBits)
		bucket = int64(shift)<<exactBits + ns>>shift
	}
	atomic.AddInt64(&s.buckets[bucket], 1)
	for {
		max := atomic.LoadInt64(&s.max)
		if ns <= max || atomic.CompareAndSwapInt64(&s.max, max, ns) {
			return
		}
	}
}

// gathered is what is kept of a scenario whose operations are not stamped.
type gathered struct {
	ended, bytes, calls int64
	timers              struct{ set, stopped, fired int64 }
	begun, done         [spawnSpan]int64
	spans               [spawnSpan + 1]span
	lock                sync.Mutex // of what follows
	still, stillTask    int64
}

// computes says of which operations a delay means that their task was not let run.
func computes(op int) bool { return op == 0 || op == 1 || op == 6 || op == 10 }

func operationIndex(name string) int {
	for i, known := range operations {
		if known == name {
			return i
		}
	}
	return spawnSpan
}

// counts of one task, given to all at its end.
type counts struct {
	begun, done [spawnSpan]int64
	still       int64
}

func (all *gathered) take(own *counts, g int64) {
	for i := range own.begun {
		if own.begun[i] > 0 {
			atomic.AddInt64(&all.begun[i], own.begun[i])
			atomic.AddInt64(&all.done[i], own.done[i])
		}
	}
	atomic.AddInt64(&all.ended, 1)
	if own.still > 0 {
		all.lock.Lock()
		if own.still > all.still {
			all.still, all.stillTask = own.still, g
		}
		all.lock.Unlock()
	}
}

// gather performs a task's operations without a stamp of each.
func (r *run) gather(t *task, s *stamper) {
	var own counts
	kinds := make([]int, len(t.Ops))
	for i := range t.Ops {
		kinds[i] = operationIndex(t.Ops[i].Op)
	}
	for i := int64(0); i < t.Repeat; i++ {
		for index := range t.Ops {
			op, kind := &t.Ops[index], kinds[index]
			own.begun[kind]++
			begin := elapsed()
			r.perform(op, s)
			beyond := elapsed() - begin - op.DurationNs
			own.done[kind]++
			r.gathered.spans[kind].add(beyond)
			if computes(kind) && beyond > own.still {
				own.still = beyond
			}
		}
	}
	r.gathered.take(&own, s.g)
}

// report is the member "gathered" of the scenario's end.
func (r *run) report() map[string]interface{} {
	all := r.gathered
	left := 0
	for _, channel := range r.channels {
		left += len(channel)
	}
	begun, done := map[string]int64{}, map[string]int64{}
	spans := []interface{}{}
	for i := range all.spans {
		name := "spawn_to_start"
		if i < spawnSpan {
			name = operations[i]
			if all.begun[i] > 0 {
				begun[name], done[name] = all.begun[i], all.done[i]
			}
		}
		pairs := []int64{}
		for bucket, times := range all.spans[i].buckets {
			if times > 0 {
				pairs = append(pairs, int64(bucket), times)
			}
		}
		if len(pairs) > 0 {
			spans = append(spans, map[string]interface{}{
				"name": name, "max": all.spans[i].max, "buckets": pairs})
		}
	}
	return map[string]interface{}{
		"ledger": map[string]interface{}{"spawned": r.lastTask, "ended": all.ended,
			"bytes": all.bytes, "calls": all.calls, "left": left, "begun": begun, "done": done,
			"timers": map[string]int64{"set": all.timers.set, "stopped": all.timers.stopped,
				"fired": all.timers.fired}},
		"progress": map[string]interface{}{"still_ns": all.still, "g": all.stillTask},
		"spans":    spans,
	}
}

const (
	clockRealtime  = 0
	clockMonotonic = 1
)

func readClock(clock uintptr) int64 {
	var now syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clock, uintptr(unsafe.Pointer(&now)), 0)
	return now.Sec*1e9 + now.Nsec
}

var began = time.Now()

// elapsed is the time since the program's start. It makes no system call, unlike readClock, which
// would take longer than what is to be measured.
func elapsed() int64 { return int64(time.Since(began)) }

// stamper writes events; each task has its own, so that a stamp allocates nothing.
type stamper struct {
	run     *run
	g       int64
	line    []byte
	garbage []byte // the last of what its task allocated
	timers  map[int]*ownTimer
}

func (r *run) newStamper(g int64) *stamper {
	s := &stamper{run: r, g: g}
	if r.gathered == nil {
		s.line = make([]byte, 0, 256)
	}
	return s
}

// stampsTasks says whether the beginnings and ends of tasks are stamped.
func (r *run) stampsTasks() bool { return r.Stamps != "none" }

func (s *stamper) begin(t int64, event string) {
	s.line = append(s.line[:0], `{"t":`...)
	s.line = strconv.AppendInt(s.line, t, 10)
	s.line = append(s.line, `,"e":"`...)
	s.line = append(s.line, event...)
	s.line = append(s.line, '"')
	if s.g > 0 {
		s.number("g", s.g)
	}
}

func (s *stamper) number(name string, value int64) {
	s.line = append(s.line, ',', '"')
	s.line = append(s.line, name...)
	s.line = append(s.line, '"', ':')
	s.line = strconv.AppendInt(s.line, value, 10)
}

func (s *stamper) end() {
	s.line = append(s.line, '}', '\n')
	writeRaw(s.line)
}

func (s *stamper) stamp(event string) {
	s.begin(readClock(clockMonotonic), event)
	s.end()
}

func (s *stamper) operation(event string, op *operation, index int) {
	s.begin(readClock(clockMonotonic), event)
	s.line = append(s.line, `,"op":"`...)
	s.line = append(s.line, op.Op...)
	s.line = append(s.line, '"')
	s.number("index", int64(index))
}

// A stamp is short, so the pipe takes it whole or not at all; of the last line it may take a part.
func writeRaw(line []byte) {
	for len(line) > 0 {
		n, _, errno := syscall.RawSyscall(syscall.SYS_WRITE, output, uintptr(unsafe.Pointer(&line[0])),
			uintptr(len(line)))
		if errno == 0 {
			line = line[n:]
		} else if errno != syscall.EINTR && errno != syscall.EAGAIN {
			return
		}
	}
}

// loop computes and calls nothing: without asynchronous preemption nothing can take its P away.
//
//go:noinline
func loop(iterations int64) int64 {
	x := iterations
	for i := int64(0); i < iterations; i++ {
		x += i ^ x
	}
	return x
}

var (
	iterationsPerMs int64 = 1
	sink            int64 // what loops compute, so that they are not left out
)

// calibrate finds how fast loop is; the fastest of many short measurements is least disturbed.
func calibrate() {
	const iterations = 1 << 17
	best := int64(1 << 62)
	for i := 0; i < 40; i++ {
		begin := readClock(clockMonotonic)
		atomic.AddInt64(&sink, loop(iterations))
		if took := readClock(clockMonotonic) - begin; took < best {
			best = took
		}
	}
	iterationsPerMs = iterations * 1000000 / (best + 1)
}

func spin(durationNs int64) {
	atomic.AddInt64(&sink, loop(durationNs/1000*iterationsPerMs/1000))
}

// allocate makes garbage of what it made before.
//
//go:noinline
func (s *stamper) allocate(bytes int64) {
	s.garbage = make([]byte, bytes)
	if all := s.run.gathered; all != nil {
		atomic.AddInt64(&all.bytes, bytes)
	}
}

// step and add make calls of which the outer one looks whether its task is to yield: the inner one
// is too small for that.
//
//go:noinline
func step(x int64) int64 { return add(x) ^ x }

//go:noinline
func add(x int64) int64 { return x + 1 }

// work allocates little: a collection would let others run.
func work(durationNs int64, s *stamper) {
	x := durationNs
	for end := readClock(clockMonotonic) + durationNs; readClock(clockMonotonic) < end; {
		for i := 0; i < 1000; i++ {
			x = step(x)
		}
		s.allocate(64)
	}
	atomic.AddInt64(&sink, x)
}

func block(durationNs int64) {
	left := syscall.NsecToTimespec(durationNs)
	for {
		_, _, errno := syscall.Syscall(syscall.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&left)),
			uintptr(unsafe.Pointer(&left)), 0)
		if errno != syscall.EINTR {
			return
		}
	}
}

// blockUntold does the same by a call that the runtime is not told of: its P stays with it.
func blockUntold(durationNs int64) {
	left := syscall.NsecToTimespec(durationNs)
	for {
		_, _, errno := syscall.RawSyscall(syscall.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&left)),
			uintptr(unsafe.Pointer(&left)), 0)
		if errno != syscall.EINTR {
			return
		}
	}
}

// calls returns how many it made.
func calls(durationNs int64) (made int64) {
	for end := readClock(clockMonotonic) + durationNs; readClock(clockMonotonic) < end; made++ {
		syscall.Syscall(syscall.SYS_GETPID, 0, 0, 0)
	}
	return made
}

func cpuTime() int64 {
	var usage syscall.Rusage
	syscall.RawSyscall(syscall.SYS_GETRUSAGE, 0, uintptr(unsafe.Pointer(&usage)), 0)
	return (usage.Utime.Sec+usage.Stime.Sec)*1e9 + (usage.Utime.Usec+usage.Stime.Usec)*1e3
}

func (r *run) perform(op *operation, s *stamper) {
	switch op.Op {
	case "spin":
		spin(op.DurationNs)
	case "work":
		work(op.DurationNs, s)
	case "block":
		block(op.DurationNs)
	case "block_untold":
		blockUntold(op.DurationNs)
	case "calls":
		made := calls(op.DurationNs)
		if r.gathered != nil {
			atomic.AddInt64(&r.gathered.calls, made)
		}
	case "wait":
		var one [1]byte
		if _, err := files[op.Descriptor].Read(one[:]); err != nil {
			fail(err)
		}
	case "sleep":
		time.Sleep(time.Duration(op.DurationNs))
	case "yield":
		runtime.Gosched()
	case "send":
		r.channels[op.Channel] <- struct{}{}
	case "receive":
		<-r.channels[op.Channel]
	case "spawn":
		r.spawn(op.Task, s)
	case "allocate":
		s.allocate(op.Bytes)
	case "collect":
		runtime.GC()
	case "stamp":
		s.begin(readClock(clockMonotonic), "cpu_time")
		s.number("cpu_ns", cpuTime())
		s.end()
	case "set_timer", "stop_timer", "reset_timer":
		r.operateTimer(op, s)
	case "procs":
		runtime.GOMAXPROCS(op.Procs)
		if r.gathered == nil {
			s.begin(readClock(clockMonotonic), "procs_changed")
			s.number("procs", int64(runtime.GOMAXPROCS(0)))
			s.end()
		}
	}
}

// ownTimer is one of a task's timers, which fires for its own.
type ownTimer struct {
	run    *run
	g      int64
	number int
	timer  *time.Timer
	left   int64 // times that it is still to fire; each keeps the scenario from ending
}

func (r *run) operateTimer(op *operation, s *stamper) {
	own := s.timers[op.Timer]
	if own == nil {
		own = &ownTimer{run: r, g: s.g, number: op.Timer}
		if s.timers == nil {
			s.timers = map[int]*ownTimer{}
		}
		s.timers[op.Timer] = own
	}
	sets := op.Op != "stop_timer"
	if sets {
		atomic.AddInt64(&own.left, 1)
		atomic.AddInt64(&r.live, 1)
	}
	active := false
	switch {
	case op.Op == "reset_timer":
		active = own.timer.Reset(time.Duration(op.DurationNs))
	case own.timer != nil:
		active = own.timer.Stop()
	}
	if r.gathered == nil {
		s.begin(readClock(clockMonotonic), "timer_answer")
		s.number("timer", int64(op.Timer))
		s.number("active", map[bool]int64{true: 1}[active])
		s.end()
	} else {
		if sets {
			atomic.AddInt64(&r.gathered.timers.set, 1)
		}
		if active {
			atomic.AddInt64(&r.gathered.timers.stopped, 1)
		}
	}
	if active {
		own.settle()
	}
	if op.Op == "set_timer" {
		own.timer = time.AfterFunc(time.Duration(op.DurationNs), own.expire)
	}
}

// expire runs in a goroutine of its own. A timer that fires too often must not end the scenario.
func (own *ownTimer) expire() {
	now := readClock(clockMonotonic)
	if all := own.run.gathered; all != nil {
		atomic.AddInt64(&all.timers.fired, 1)
	} else {
		s := own.run.newStamper(own.g)
		s.begin(now, "timer_expired")
		s.number("timer", int64(own.number))
		s.end()
	}
	own.settle()
}

func (own *ownTimer) settle() {
	for left := atomic.LoadInt64(&own.left); left > 0; left = atomic.LoadInt64(&own.left) {
		if atomic.CompareAndSwapInt64(&own.left, left, left-1) {
			own.run.release()
			return
		}
	}
}

// release is for each task that has ended and each timer that is to fire no more.
func (r *run) release() {
	if atomic.AddInt64(&r.live, -1) == 0 {
		close(r.done)
	}
}

func (r *run) spawn(index int, s *stamper) {
	g := atomic.AddInt64(&r.lastTask, 1)
	atomic.AddInt64(&r.live, 1)
	if r.stampsTasks() {
		s.begin(readClock(clockMonotonic), "task_spawn")
		s.number("task", g)
		s.end()
	}
	go r.runTask(&r.Tasks[index], g, elapsed())
}

func (r *run) runTask(t *task, g int64, spawned int64) {
	s := r.newStamper(g)
	if r.stampsTasks() {
		s.stamp("task_start")
	}
	if r.gathered != nil {
		r.gathered.spans[spawnSpan].add(elapsed() - spawned)
		r.gather(t, s)
	} else {
		r.stampAll(t, s)
	}
	if r.stampsTasks() {
		s.stamp("task_end")
	}
	r.release()
}

func (r *run) stampAll(t *task, s *stamper) {
	for i := int64(0); i < t.Repeat; i++ {
		for index := range t.Ops {
			op := &t.Ops[index]
			s.operation("op_begin", op, index)
			s.number("duration_ns", op.DurationNs)
			s.end()
			r.perform(op, s)
			s.operation("op_end", op, index)
			s.end()
		}
	}
}

// setting is a number of GODEBUG as the runtime reads it: of 32 bits, or ignored.
func setting(text string) (int64, bool) {
	value, err := strconv.ParseInt(text, 10, 32)
	return value, err == nil && text[0] != '+'
}

// gcPercent is what the runtime made of GOGC.
func gcPercent() int64 {
	percent := debug.SetGCPercent(-1)
	debug.SetGCPercent(percent)
	if percent < 0 {
		return -1
	}
	return int64(percent)
}

// canPreemptAsynchronously says whether there is something to turn off: in gccgo and before Go 1.14
// there is not.
func canPreemptAsynchronously() bool {
	if runtime.Compiler != "gc" {
		return false
	}
	for minor := 0; minor < 14; minor++ {
		prefix := "go1." + strconv.Itoa(minor)
		if version := runtime.Version(); version == prefix || strings.HasPrefix(version, prefix+".") {
			return false
		}
	}
	return true
}

// The settings of the environment that the runtime took at its start.
func fromEnvironment() map[string]int64 {
	inForce := map[string]int64{"procs": int64(runtime.GOMAXPROCS(0)), "gc_percent": gcPercent()}
	for _, assignment := range strings.Split(os.Getenv("GODEBUG"), ",") {
		end := strings.IndexByte(assignment, '=')
		if end < 0 {
			continue
		}
		value, taken := setting(assignment[end+1:])
		if !taken {
			continue
		}
		switch assignment[:end] {
		case "asyncpreemptoff":
			inForce["asynchronous_preemption"] = 1
			if value != 0 {
				inForce["asynchronous_preemption"] = 0
			}
		case "schedtrace":
			if value > 0 {
				inForce["sched_trace_ms"] = value
			}
		case "updatemaxprocs":
			inForce["procs_refresh"] = 1
			if value == 0 {
				inForce["procs_refresh"] = 0
			}
		}
	}
	if !canPreemptAsynchronously() {
		inForce["asynchronous_preemption"] = 0
	}
	return inForce
}

// Applies what can be set in a running process. The others were set in the environment before its
// start.
func apply(tunables map[string]int64, inForce map[string]int64) {
	for name, value := range tunables {
		switch name {
		case "procs":
			runtime.GOMAXPROCS(int(value))
			inForce[name] = value
		case "gc_percent":
			debug.SetGCPercent(int(value))
			inForce[name] = value
		case "forcegc_period_ns":
			*forcegcPeriod = value
			inForce[name] = value
		}
	}
}

// The collections that ended since a moment, at the times that the runtime noted on the wall clock.
func stampCollections(s *stamper, since int64) {
	var stats debug.GCStats
	debug.ReadGCStats(&stats)
	offset := readClock(clockMonotonic) - readClock(clockRealtime)
	for i := len(stats.PauseEnd) - 1; i >= 0; i-- {
		if t := stats.PauseEnd[i].UnixNano() + offset; t >= since {
			s.begin(t, "collection")
			s.number("count", stats.NumGC-int64(i))
			s.end()
		}
	}
}

func runScenario(line []byte) {
	r := &run{done: make(chan struct{})}
	if err := json.Unmarshal(line, &r.scenario); err != nil {
		fail(err)
	}
	if r.Stamps == "ends" || r.Stamps == "none" {
		r.gathered = &gathered{}
	}
	for _, channel := range r.Channels {
		r.channels = append(r.channels, make(chan struct{}, channel.Capacity))
	}
	for i := len(files); i < r.Descriptors; i++ {
		files = append(files, os.NewFile(uintptr(firstDescriptor+i), "descriptor "+strconv.Itoa(i)))
	}
	inForce := fromEnvironment()
	apply(r.Tunables, inForce)
	s := r.newStamper(0)
	start := readClock(clockMonotonic)
	s.stamp("scenario_start")
	r.live = 1 // ours, until all tasks are made
	for index := range r.Tasks {
		if r.Tasks[index].Start {
			r.spawn(index, s)
		}
	}
	if atomic.AddInt64(&r.live, -1) != 0 {
		<-r.done
	}
	s.stamp("scenario_end")
	stampCollections(s, start)
	done := map[string]interface{}{"in_force": inForce}
	if r.gathered != nil {
		done["gathered"] = r.report()
	}
	say(map[string]interface{}{"done": done})
}

func say(what interface{}) {
	line, err := json.Marshal(what)
	if err != nil {
		fail(err)
	}
	writeRaw(append(line, '\n'))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "adapter:", err)
	os.Exit(1)
}

// readLine reads descriptor 3 byte block by byte block; nil at its end.
func readLine(buffer *[]byte) []byte {
	for {
		if end := strings.IndexByte(string(*buffer), '\n'); end >= 0 {
			line := (*buffer)[:end]
			*buffer = (*buffer)[end+1:]
			return line
		}
		if len(*buffer) > maxLine {
			fail(fmt.Errorf("a line of more than %d bytes", maxLine))
		}
		block := make([]byte, 4096)
		n, err := syscall.Read(input, block)
		if err == syscall.EINTR {
			continue
		}
		if n <= 0 {
			return nil
		}
		*buffer = append(*buffer, block[:n]...)
	}
}

func main() {
	if os.Getenv("PROCTOR_ADAPTER") == "" {
		fail(fmt.Errorf("to be started by proctor, not by hand"))
	}
	calibrate()
	name, version, preemption := "go", runtime.Version(), "none"
	settable := []string{"procs", "gc_percent", "sched_trace_ms", "procs_refresh"}
	if canPreemptAsynchronously() {
		settable = append(settable, "asynchronous_preemption")
		preemption = "signal"
	}
	if forcegcPeriod != nil {
		settable = append(settable, "forcegc_period_ns")
	}
	if runtime.Compiler != "gc" {
		name, version = runtime.Compiler, gccgoVersion()
	}
	say(map[string]interface{}{
		"schema": "proctor-adapter/2", "name": name,
		"version":     version,
		"operations":  operations,
		"stamps":      []string{"all", "ends", "none"},
		"settable":    settable,
		"in_force":    fromEnvironment(),
		"preemption":  preemption,
		"environment": []string{"GODEBUG", "GOGC", "GOMAXPROCS", "GOMEMLIMIT"},
	})
	var buffer []byte
	for line := readLine(&buffer); line != nil; line = readLine(&buffer) {
		runScenario(line)
	}
}
