// A live run: scenarios on an adapter, each in a fresh process, their evidence stored and graded.
//
// Thread safety: none; one thread at a time.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_LIVE_RUN_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_LIVE_RUN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/adapter/driver.h"
#include "conformance/campaign/listener.h"
#include "conformance/campaign/output_folder.h"
#include "conformance/campaign/ruling_table.h"
#include "conformance/implementations/implementation.h"
#include "conformance/report/cadence.h"
#include "conformance/scenario/library.h"

namespace proctor {

class LiveRun {
 public:
  struct Options {
    Implementation implementation;
    TierSet tiers = 0;
    uint64_t seed = 1;
    std::optional<Profile> profile;  // else by the version that the adapter declares
  };

  // What the run says goes to `rulings`; all three outlive it.
  LiveRun(Options options, const OutputFolder& folder, RulingTable& rulings, Listener& listener);

  // Runs the scenario, or says why not.
  void Run(const NamedScenario& named);

  // What is known once an adapter has said who it is.
  const std::string& version() const { return version_; }
  std::optional<Profile> profile() const { return options_.profile; }
  bool traced() const { return traced_; }  // its runtime traces itself
  // What the monitor did, as it was seen from outside, by scenario.
  const std::vector<Cadence>& cadences() const { return cadences_; }
  const Noise& noise() const { return noise_; }

 private:
  bool IsForProfile(const NamedScenario& named) const;
  void OnGreeted(const struct Run& run);
  void Grade(const std::string& name, Header header, const std::vector<Event>& events,
             const NamedScenario& named);
  std::string KeepStderr(const std::string& scenario, const struct Run& run);

  Options options_;
  const OutputFolder& folder_;
  RulingTable& rulings_;
  Listener& listener_;
  std::string version_;
  std::string refused_;  // why the adapter never says who it is; empty: it did, or was not asked
  std::vector<Cadence> cadences_;
  Noise noise_;
  bool greeted_ = false;
  bool traced_ = false;
  bool said_unobserved_ = false;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_LIVE_RUN_H_
