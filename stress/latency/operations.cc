#include "stress/latency/operations.h"

namespace proctor::latency {
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
    {"poll", "poll-ready to running", "ns", 1.0, kNone, Operation::Measured::kFromStamps},
    {"memory", "memory per parked task", "bytes", 2.0, kNone},
    {"idle_cpu", "monitor's CPU while idle", "%", 0, 0, Operation::Measured::kFromOutside},
    {"spin_cpu", "monitor's CPU while a task spins", "%", 0, 0.3,
     Operation::Measured::kFromOutside},
};

}  // namespace

std::span<const Operation> Operations() { return kOperations; }

}  // namespace proctor::latency
