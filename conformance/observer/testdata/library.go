// A library that brings a Go runtime of its own.
package main

import "C"

//export Nothing
func Nothing() {}

func main() {}
