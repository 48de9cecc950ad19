// A program to observe: it computes, blocks and sleeps, and ends with the status that its argument gives.
package main

import (
	"os"
	"strconv"
	"syscall"
	"time"
)

func main() {
	status, _ := strconv.Atoi(os.Args[1])
	milliseconds, _ := strconv.Atoi(os.Args[2])
	for end := time.Now().Add(time.Duration(milliseconds) * time.Millisecond); time.Now().Before(end); {
		time.Sleep(60 * time.Millisecond)
		pause := syscall.NsecToTimespec(int64(30 * time.Millisecond))
		syscall.Nanosleep(&pause, nil)
		for spin := time.Now().Add(5 * time.Millisecond); time.Now().Before(spin); {
		}
	}
	os.Exit(status)
}
