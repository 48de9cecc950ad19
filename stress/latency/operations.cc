#include "stress/latency/operations.h"

namespace proctor {
namespace {

constexpr double kNone = -1;

constexpr Operation kOperations[] = {
    {"yield", "yield", "ns", 0.5, kNone},
    {"spawn", "spawn and finish", "ns", 0.5, kNone},
    {"channel", "channel round trip", "ns", 0.5, kNone},
    {"syscall", "system-call enter + exit", "ns", 0.5, kNone},
    {"timer", "timer add + stop", "ns", 0.6, kNone},
    {"hand_off", "hand-off behind a blocked call", "ns", 0.6, kNone},
    {"sleep", "overshoot of a 200 us sleep", "ns", 0.2, kNone},
    {"poll", "poll-ready to running", "ns", 1.0, kNone, true},
    {"memory", "memory per parked task", "bytes", 2.0, kNone},
    // The few wake-ups of whoever reads the counters are in it: 0 means less than 0.01 %.
    {"idle_cpu", "CPU while idle", "%", 0, 0.01},
    {"spin_cpu", "CPU besides one spinning task", "%", 0, 0.3},
};

}  // namespace

std::span<const Operation> Operations() { return kOperations; }

}  // namespace proctor
