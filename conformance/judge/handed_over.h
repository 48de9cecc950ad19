// Judges whether tasks that hand the only P over to each other keep it from a third one that can
// run (HAND-8): who runs next because another one woke it goes on with that one's slice, so both
// lose the P when that is over. And who comes back from a long system call has its turn, however
// many of the others are always ready.
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_HANDED_OVER_H_
#define PROCTOR_CONFORMANCE_JUDGE_HANDED_OVER_H_

#include <cstdint>
#include <unordered_map>

#include "conformance/judge/samples.h"
#include "conformance/judge/stamp_judge.h"

namespace proctor {

class HandedOverJudge : public StampJudge {
 public:
  explicit HandedOverJudge(const Header& header);

  void Observe(const Event& event) override;
  void Close() override;

 private:
  static constexpr size_t kTasksMost = 4096;

  // A task that has not started, and how many messages the others had exchanged when it was made
  // runnable.
  struct Waiting {
    Event spawned;
    int64_t messages;
  };
  // A task in a call so long that it has lost the P, and how many messages the others have
  // exchanged since it was over.
  struct Returning {
    Event begin;
    int64_t due_ns;
    int64_t messages = 0;
  };

  void OnStart(const Event& event);
  void OnBegin(const Event& event);
  void OnMessage(const Event& event);
  void OnReturn(const Event& event);
  bool IsLongCall(const Event& event) const;

  const Tunables in_force_;
  std::unordered_map<int64_t, Waiting> waiting_;
  std::unordered_map<int64_t, Returning> returning_;
  int64_t messages_ = 0;  // sent or received since none of the others did anything else
  Samples behind_;
  Samples back_behind_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_HANDED_OVER_H_
