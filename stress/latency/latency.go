// The operations of operations.h in Go. Usage: latency OPERATION PROCESSORS DIVISOR; prints the
// figure.
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
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: latency OPERATION PROCESSORS DIVISOR")
		os.Exit(64)
	}
	procs, err := strconv.Atoi(os.Args[2])
	if err != nil || procs < 1 {
		fmt.Fprintln(os.Stderr, "latency: PROCESSORS must be a number from 1")
		os.Exit(64)
	}
	divisor, err = strconv.Atoi(os.Args[3])
	if err != nil || divisor < 1 {
		fmt.Fprintln(os.Stderr, "latency: DIVISOR must be a number from 1")
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

// What repetitions are divided by.
var divisor int

// many is for a measurement; a smoke test divides it by a hundred.
func times(many int) int {
	if many < divisor {
		return 1
	}
	return many / divisor
}

// Times of single events, or of pieces of a long run that is timed piece by piece: whatever else
// the machine does meanwhile hits some of them, and not their median.
type samples []int64

func (s *samples) add(durationNs int64) { *s = append(*s, durationNs) }

func (s *samples) time(piece func()) {
	start := monotonicNs()
	piece()
	s.add(monotonicNs() - start)
}

func (s samples) medianNs() float64 {
	sort.Slice(s, func(i, j int) bool { return s[i] < s[j] })
	return float64(s[len(s)/2])
}

// The clock that other processes read too.
func monotonicNs() int64 {
	var now syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, 1, uintptr(unsafe.Pointer(&now)), 0)
	return now.Nano()
}

// Two tasks a processor do nothing but yield.
func yield(procs int) float64 {
	const piece = 1000
	all := make([]samples, 2*procs)
	var done sync.WaitGroup
	done.Add(2 * procs)
	for i := range all {
		own := &all[i]
		go func() {
			for i := 0; i < times(200); i++ {
				own.time(func() {
					for n := 0; n < piece; n++ {
						runtime.Gosched()
					}
				})
			}
			done.Done()
		}()
	}
	done.Wait()
	for _, others := range all[1:] {
		all[0] = append(all[0], others...)
	}
	return all[0].medianNs() / (2 * piece)
}

// Batches of tasks that do nothing, each batch waited for.
func spawn(int) float64 {
	const batches, batch = 10, 64
	var s samples
	for i := 0; i < times(200); i++ {
		s.time(func() {
			for b := 0; b < batches; b++ {
				var done sync.WaitGroup
				done.Add(batch)
				for n := 0; n < batch; n++ {
					go done.Done()
				}
				done.Wait()
			}
		})
	}
	return s.medianNs() / (batches * batch)
}

// A value goes to another task and comes back, unbuffered.
func channel(int) float64 {
	const trips = 500
	there, back := make(chan int), make(chan int)
	go func() {
		for value := range there {
			back <- value
		}
	}()
	var s samples
	for i := 0; i < times(200); i++ {
		s.time(func() {
			for trip := 0; trip < trips; trip++ {
				there <- trip
				<-back
			}
		})
	}
	close(there)
	return s.medianNs() / trips
}

// The runtime's share of a system call: with it less without it, by turns.
func systemCall(int) float64 {
	const calls = 500
	var with, without samples
	for i := 0; i < times(400); i++ {
		with.time(func() {
			for n := 0; n < calls; n++ {
				syscall.Syscall(syscall.SYS_GETPPID, 0, 0, 0)
			}
		})
		without.time(func() {
			for n := 0; n < calls; n++ {
				syscall.RawSyscall(syscall.SYS_GETPPID, 0, 0, 0)
			}
		})
	}
	return (with.medianNs() - without.medianNs()) / calls
}

func timer(int) float64 {
	const timers = 500
	var s samples
	for i := 0; i < times(400); i++ {
		s.time(func() {
			for n := 0; n < timers; n++ {
				time.AfterFunc(time.Hour, func() {}).Stop()
			}
		})
	}
	return s.medianNs() / timers
}

// A loop without calls.
//
//go:noinline
func count(rounds int) {
	for i := 0; i < rounds; i++ {
	}
}

// From a task that is about to block its thread to the start of the task behind it. The call lasts
// until that one runs, however long the monitor takes: so it finds a processor to take every time,
// and is awake the next time. All other processors are busy.
func handOff(procs int) float64 {
	var ends [2]int
	if err := syscall.Pipe(ends[:]); err != nil {
		fmt.Fprintln(os.Stderr, "latency: no pipe:", err)
		os.Exit(1)
	}
	var done atomic.Bool
	var returned atomic.Int64
	var left sync.WaitGroup
	left.Add(procs - 1)
	for i := 1; i < procs; i++ {
		go func() {
			for !done.Load() {
				count(100000)
			}
			left.Done()
		}()
	}
	var s samples
	out, in := []byte{0}, []byte{0}
	for i := int64(0); i < int64(times(300)); i++ {
		i := i
		var entered int64
		left.Add(1)
		go func() {
			s.add(monotonicNs() - entered)
			syscall.RawSyscall(syscall.SYS_WRITE, uintptr(ends[1]), uintptr(unsafe.Pointer(&out[0])), 1)
			for returned.Load() <= i {
				runtime.Gosched()
			}
			left.Done()
		}()
		entered = monotonicNs()
		syscall.Syscall(syscall.SYS_READ, uintptr(ends[0]), uintptr(unsafe.Pointer(&in[0])), 1)
		returned.Store(i + 1)
	}
	done.Store(true)
	left.Wait()
	return s.medianNs()
}

func sleepOvershoot(int) float64 {
	const asked = 200 * time.Microsecond
	var over samples
	for i := 0; i < times(1000); i++ {
		start := monotonicNs()
		time.Sleep(asked)
		over.add(monotonicNs() - start - asked.Nanoseconds())
	}
	return over.medianNs()
}

// Descriptor 3 brings the times at which somebody wrote them there.
func poll(int) float64 {
	if err := syscall.SetNonblock(3, true); err != nil {
		fmt.Fprintln(os.Stderr, "latency: descriptor 3:", err)
		os.Exit(1)
	}
	input := os.NewFile(3, "stamps")
	var s samples
	stamp := make([]byte, 8)
	for i := 0; i < times(300); i++ {
		n, err := input.Read(stamp)
		if err != nil || n != 8 {
			fmt.Fprintln(os.Stderr, "latency: no stamp on descriptor 3:", err)
			os.Exit(1)
		}
		s.add(monotonicNs() - *(*int64)(unsafe.Pointer(&stamp[0])))
	}
	return s.medianNs()
}

func residentBytes() float64 {
	text, _ := os.ReadFile("/proc/self/statm")
	pages, _ := strconv.Atoi(strings.Fields(string(text))[1])
	return float64(pages * os.Getpagesize())
}

// Bytes for each of many tasks that wait on a channel.
func memory(int) float64 {
	tasks := times(100000)
	release := make(chan int)
	var parked, ended sync.WaitGroup
	parked.Add(tasks)
	ended.Add(tasks)
	before := residentBytes()
	for i := 0; i < tasks; i++ {
		go func() {
			parked.Done()
			<-release
			ended.Done()
		}()
	}
	parked.Wait()
	// The last ones are still on their way to the channel.
	for i := 0; i < 1000; i++ {
		runtime.Gosched()
	}
	figure := (residentBytes() - before) / float64(tasks)
	close(release)
	ended.Wait()
	return figure
}

// The monitor's is the first thread that the runtime makes.
func monitorThread() int {
	threads, _ := os.ReadDir("/proc/self/task")
	first := 0
	for _, thread := range threads {
		tid, _ := strconv.Atoi(thread.Name())
		if tid != os.Getpid() && (first == 0 || tid < first) {
			first = tid
		}
	}
	return first
}

const (
	settle      = 500 * time.Millisecond
	untilKilled = 100 * time.Second
)

// Lets time pass, and says once it has settled to it who is to be watched.
func watchMonitor(pass func(time.Duration)) float64 {
	pass(settle / time.Duration(divisor))
	fmt.Println(monitorThread())
	pass(untilKilled)
	return 0
}

func idleCPU(int) float64 { return watchMonitor(time.Sleep) }

// A loop without calls, but for a look at the clock about every millisecond.
func spinCPU(int) float64 {
	return watchMonitor(func(duration time.Duration) {
		for start := time.Now(); time.Since(start) < duration; {
			count(1000000)
		}
	})
}
