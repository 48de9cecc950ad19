// A program to look into: two tasks that take turns to compute, block and sleep, for N
// milliseconds; N is its argument.
package main

import (
	"os"
	"strconv"
	"syscall"
	"time"
)

func spin(duration time.Duration) {
	for end := time.Now().Add(duration); time.Now().Before(end); {
	}
}

func work(end time.Time, done chan<- bool) {
	for time.Now().Before(end) {
		spin(25 * time.Millisecond)
		pause := syscall.NsecToTimespec(int64(15 * time.Millisecond))
		syscall.Nanosleep(&pause, nil)
		time.Sleep(40 * time.Millisecond)
	}
	done <- true
}

func main() {
	milliseconds, _ := strconv.Atoi(os.Args[1])
	end := time.Now().Add(time.Duration(milliseconds) * time.Millisecond)
	done := make(chan bool)
	go work(end, done)
	go work(end, done)
	<-done
	<-done
}
