// The operations of operations.h in Go. Usage: latency OPERATION PROCESSORS; prints the figure.
//
// Times are wall time of the whole, divided by the number of operations; latencies are medians.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: latency OPERATION PROCESSORS")
		os.Exit(64)
	}
	procs, err := strconv.Atoi(os.Args[2])
	if err != nil || procs < 1 {
		fmt.Fprintln(os.Stderr, "latency: PROCESSORS must be a number from 1")
		os.Exit(64)
	}
	runtime.GOMAXPROCS(procs)
	debug.SetGCPercent(-1) // no operation here is about the collector
	operations := map[string]func(int) float64{
		"yield":    yield,
		"spawn":    spawn,
		"channel":  channel,
		"syscall":  systemCall,
		"timer":    timer,
		"hand_off": handOff,
		"sleep":    sleepOvershoot,
		"poll":     poll,
		"memory":   memory,
		"idle_cpu": idleCPU,
		"spin_cpu": spinCPU,
	}
	operation, ok := operations[os.Args[1]]
	if !ok {
		fmt.Println("unsupported")
		return
	}
	fmt.Printf("%.3f\n", operation(procs))
}

func perOperation(start time.Time, operations int) float64 {
	return float64(time.Since(start).Nanoseconds()) / float64(operations)
}

func median(samples []int64) float64 {
	sort.Slice(samples, func(i, j int) bool { return samples[i] < samples[j] })
	return float64(samples[len(samples)/2])
}

// The clock that other processes read too.
func monotonicNs() int64 {
	var now syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, 1, uintptr(unsafe.Pointer(&now)), 0)
	return now.Nano()
}

// Two tasks a processor do nothing but yield.
func yield(procs int) float64 {
	const each = 200000
	tasks := 2 * procs
	var done sync.WaitGroup
	done.Add(tasks)
	start := time.Now()
	for i := 0; i < tasks; i++ {
		go func() {
			for n := 0; n < each; n++ {
				runtime.Gosched()
			}
			done.Done()
		}()
	}
	done.Wait()
	return perOperation(start, tasks*each/procs)
}

// Batches of tasks that do nothing, each batch waited for.
func spawn(int) float64 {
	const batches, batch = 3000, 64
	var done sync.WaitGroup
	start := time.Now()
	for i := 0; i < batches; i++ {
		done.Add(batch)
		for n := 0; n < batch; n++ {
			go done.Done()
		}
		done.Wait()
	}
	return perOperation(start, batches*batch)
}

// A value goes to another task and comes back, unbuffered.
func channel(int) float64 {
	const trips = 200000
	there, back := make(chan int), make(chan int)
	go func() {
		for value := range there {
			back <- value
		}
	}()
	start := time.Now()
	for i := 0; i < trips; i++ {
		there <- i
		<-back
	}
	figure := perOperation(start, trips)
	close(there)
	return figure
}

// The runtime's share of a system call: with it and without it.
func systemCall(int) float64 {
	const calls = 300000
	start := time.Now()
	for i := 0; i < calls; i++ {
		syscall.Syscall(syscall.SYS_GETPPID, 0, 0, 0)
	}
	with := perOperation(start, calls)
	start = time.Now()
	for i := 0; i < calls; i++ {
		syscall.RawSyscall(syscall.SYS_GETPPID, 0, 0, 0)
	}
	return with - perOperation(start, calls)
}

func timer(int) float64 {
	const timers = 300000
	start := time.Now()
	for i := 0; i < timers; i++ {
		time.AfterFunc(time.Hour, func() {}).Stop()
	}
	return perOperation(start, timers)
}

// From a task that is about to block its thread to the start of the task behind it, which then keeps
// the processor busy: so the monitor finds something to take each time, and stays awake.
func handOff(int) float64 {
	const samples, blockNs = 300, 1000000
	var latencies []int64
	var returned atomic.Int64
	entered, seen := make(chan int64, 1), make(chan int64, 1)
	go func() {
		round := int64(0)
		for at := range entered {
			seen <- monotonicNs() - at
			for round++; returned.Load() < round; {
				runtime.Gosched()
			}
		}
	}()
	pause := syscall.Timespec{Nsec: blockNs}
	for i := 0; i < samples; i++ {
		entered <- monotonicNs()
		syscall.Syscall(syscall.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&pause)), 0, 0)
		returned.Store(int64(i + 1))
		latencies = append(latencies, <-seen)
	}
	close(entered)
	return median(latencies)
}

func sleepOvershoot(int) float64 {
	const samples = 1000
	const asked = 200 * time.Microsecond
	var over []int64
	for i := 0; i < samples; i++ {
		start := monotonicNs()
		time.Sleep(asked)
		over = append(over, monotonicNs()-start-asked.Nanoseconds())
	}
	return median(over)
}

// Descriptor 3 brings the times at which somebody wrote them there.
func poll(int) float64 {
	const samples = 300
	if err := syscall.SetNonblock(3, true); err != nil {
		fmt.Fprintln(os.Stderr, "latency: descriptor 3:", err)
		os.Exit(1)
	}
	input := os.NewFile(3, "stamps")
	var latencies []int64
	stamp := make([]byte, 8)
	for len(latencies) < samples {
		n, err := input.Read(stamp)
		if err != nil || n != 8 {
			fmt.Fprintln(os.Stderr, "latency: no stamp on descriptor 3:", err)
			os.Exit(1)
		}
		at := *(*int64)(unsafe.Pointer(&stamp[0]))
		latencies = append(latencies, monotonicNs()-at)
	}
	return median(latencies)
}

func residentBytes() float64 {
	text, _ := os.ReadFile("/proc/self/statm")
	pages, _ := strconv.Atoi(strings.Fields(string(text))[1])
	return float64(pages * os.Getpagesize())
}

// Bytes for each of many tasks that wait on a channel.
func memory(int) float64 {
	const tasks = 100000
	release := make(chan int)
	var parked sync.WaitGroup
	parked.Add(tasks)
	before := residentBytes()
	for i := 0; i < tasks; i++ {
		go func() {
			parked.Done()
			<-release
		}()
	}
	parked.Wait()
	// The last ones are still on their way to the channel.
	for i := 0; i < 1000; i++ {
		runtime.Gosched()
	}
	figure := (residentBytes() - before) / tasks
	close(release)
	return figure
}

// CPU time of every thread of this process but one, in nanoseconds.
func cpuNs(except int) float64 {
	total := 0.0
	threads, _ := os.ReadDir("/proc/self/task")
	for _, thread := range threads {
		if thread.Name() == strconv.Itoa(except) {
			continue
		}
		text, err := os.ReadFile("/proc/self/task/" + thread.Name() + "/schedstat")
		if err != nil {
			continue // it has ended
		}
		ns, _ := strconv.ParseFloat(strings.Fields(string(text))[0], 64)
		total += ns
	}
	return total
}

const (
	settle = 300 * time.Millisecond
	watch  = time.Second
)

// Percent of a CPU that a process uses in which nothing happens.
func idleCPU(int) float64 {
	time.Sleep(settle)
	before := cpuNs(0)
	time.Sleep(watch)
	// What woke up to read this counts too; it is a few microseconds.
	return 100 * (cpuNs(0) - before) / float64(watch.Nanoseconds())
}

// The same besides the thread of a task that does nothing but compute.
func spinCPU(int) float64 {
	runtime.LockOSThread()
	spin := func(duration time.Duration) {
		for start := time.Now(); time.Since(start) < duration; {
		}
	}
	spin(settle)
	before := cpuNs(syscall.Gettid())
	spin(watch)
	return 100 * (cpuNs(syscall.Gettid()) - before) / float64(watch.Nanoseconds())
}
