// A condition of which it may not be known whether the monitor saw it true: what it read twice, or
// what changed while it did its duties, permits both.
//
// Thread safety: plain values.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_MAYBE_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_MAYBE_H_

namespace proctor::white_box {

struct Maybe {
  bool yes = false;  // some permitted reading makes it true
  bool no = false;   // some permitted reading makes it false

  static constexpr Maybe Surely(bool value) { return {value, !value}; }
  static constexpr Maybe Unknown() { return {true, true}; }

  // What was done is justified: it was due by some reading. What was not done is excused: by some
  // reading it was not due.
  constexpr bool Justifies() const { return yes; }
  constexpr bool Excuses() const { return no; }
  constexpr bool Permits(bool done) const { return done ? yes : no; }
};

constexpr Maybe operator&&(Maybe a, Maybe b) { return {a.yes && b.yes, a.no || b.no}; }
constexpr Maybe operator||(Maybe a, Maybe b) { return {a.yes || b.yes, a.no && b.no}; }
constexpr Maybe operator!(Maybe a) { return {a.no, a.yes}; }

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_MAYBE_H_
