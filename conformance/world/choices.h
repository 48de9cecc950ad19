// Choices: whatever the world decides by itself. Drawn from a seed, or prescribed one by one so
// that all possibilities of a small world can be enumerated.
//
// The same seed gives the same choices in every build: only integer arithmetic is used.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_CHOICES_H_
#define PROCTOR_CONFORMANCE_WORLD_CHOICES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace proctor {

// The splitmix64 sequence.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  // 0 to n - 1; n must be > 0.
  uint64_t Below(uint64_t n) {
    return static_cast<uint64_t>((static_cast<unsigned __int128>(Next()) * n) >> 64);
  }

 private:
  uint64_t state_;
};

// A path through a tree of choices, and the next one in depth-first order: every path once. The
// first possibility of each choice is the usual one; a path takes another one at N places
// at most, and holds where.
class ChoicePath {
 public:
  explicit ChoicePath(int32_t unusual_most = INT32_MAX) : unusual_most_(unusual_most) {}
  // One path alone; beyond its end every choice is the usual one.
  explicit ChoicePath(const std::vector<uint32_t>& choices) : unusual_most_(0) {
    for (const uint32_t choice : choices) path_.push_back({choice, choice + 1});
  }

  // What was chosen on the path walked last, without the usual choices at its end.
  std::vector<uint32_t> Taken() const {
    std::vector<uint32_t> choices;
    for (size_t i = 0; i < taken_; ++i) choices.push_back(path_[i].first);
    while (!choices.empty() && choices.back() == 0) choices.pop_back();
    return choices;
  }

  uint32_t Choose(uint32_t n) {
    if (taken_ == path_.size()) path_.push_back({0, unusual_ < unusual_most_ ? n : 1});
    return std::min(path_[taken_++].first, n - 1);
  }

  // Goes to the next path, to be walked from its start. False: all have been walked.
  bool Advance() {
    path_.resize(taken_);
    taken_ = 0;
    while (!path_.empty() && path_.back().first + 1 == path_.back().second) {
      if (path_.back().first != 0) --unusual_;
      path_.pop_back();
    }
    if (path_.empty()) return false;
    if (path_.back().first++ == 0) ++unusual_;
    return true;
  }

 private:
  std::vector<std::pair<uint32_t, uint32_t>> path_;  // chosen, out of how many
  size_t taken_ = 0;
  const int32_t unusual_most_;
  int32_t unusual_ = 0;  // in path_
};

class Choices {
 public:
  // With a path, that one decides and the seed is not used.
  Choices(uint64_t seed, ChoicePath* path) : random_(seed), path_(path) {}

  // 0 to n - 1; n must be > 0. A choice of one is none.
  uint32_t Choose(uint32_t n) {
    if (n <= 1) return 0;
    return path_ != nullptr ? path_->Choose(n) : static_cast<uint32_t>(random_.Below(n));
  }

  // True in `permille` of a thousand cases. At 0 and at 1000 it asks nobody.
  bool Chance(uint32_t permille) {
    if (permille == 0 || permille >= 1000) return permille != 0;
    return path_ != nullptr ? path_->Choose(2) == 1 : random_.Below(1000) < permille;
  }

  // least to most, both included. A duration is not worth enumerating: a path gives the least.
  int64_t Between(int64_t least, int64_t most) {
    if (path_ != nullptr || most <= least) return least;
    return least + static_cast<int64_t>(random_.Below(static_cast<uint64_t>(most - least) + 1));
  }

 private:
  Random random_;
  ChoicePath* path_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_CHOICES_H_
