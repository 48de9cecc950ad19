// naps HOW MICROSECONDS: a Go program with a thread of C that naps, while no task does anything.
package main

/*
#cgo LDFLAGS: -lpthread
#include "naps.h"
*/
import "C"

import (
	"os"
	"strconv"
	"time"
)

func main() {
	if us, err := strconv.Atoi(os.Args[2]); err == nil && us > 0 {
		C.start_napping(C.CString(os.Args[1]), C.long(us))
	}
	for {
		time.Sleep(time.Hour)
	}
}
