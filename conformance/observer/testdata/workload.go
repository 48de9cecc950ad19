// A program to observe: it spins, or it computes, blocks and sleeps by turns. Its arguments are the
// status that it ends with, for how many milliseconds it runs, and "spin" or "mix". SIGTERM ends
// "mix" early, with the same status; it hears it once the file that READY names is there.
package main

import (
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

func spin(duration time.Duration) {
	for end := time.Now().Add(duration); time.Now().Before(end); {
	}
}

func main() {
	status, _ := strconv.Atoi(os.Args[1])
	milliseconds, _ := strconv.Atoi(os.Args[2])
	duration := time.Duration(milliseconds) * time.Millisecond
	if os.Args[3] == "spin" {
		spin(duration)
		os.Exit(status)
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	if ready := os.Getenv("READY"); ready != "" {
		os.WriteFile(ready, nil, 0o600) // from here on SIGTERM is heard
	}
	for end := time.Now().Add(duration); time.Now().Before(end) && len(asked) == 0; {
		time.Sleep(60 * time.Millisecond)
		pause := syscall.NsecToTimespec(int64(30 * time.Millisecond))
		syscall.Nanosleep(&pause, nil)
		spin(5 * time.Millisecond)
	}
	os.Exit(status)
}
