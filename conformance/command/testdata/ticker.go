// ticker MILLISECONDS [FILE]: a service with a timer. SIGTERM makes it write the file and end.
// With 0 milliseconds it ends at once.
package main

import (
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

func main() {
	milliseconds, _ := strconv.Atoi(os.Args[1])
	if milliseconds == 0 {
		return
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	ticks := time.Tick(time.Duration(milliseconds) * time.Millisecond)
	for {
		select {
		case <-ticks:
		case <-asked:
			if len(os.Args) > 2 {
				time.Sleep(100 * time.Millisecond) // what is left to be written
				os.WriteFile(os.Args[2], nil, 0o600)
			}
			return
		}
	}
}
