// A live run: scenarios on an adapter, each in a fresh process, their evidence stored and graded.
//
// Thread safety: none; one thread at a time.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_LIVE_RUN_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_LIVE_RUN_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/adapter/driver.h"
#include "conformance/campaign/listener.h"
#include "conformance/campaign/output_folder.h"
#include "conformance/campaign/ruling_table.h"
#include "conformance/implementations/implementation.h"
#include "conformance/observer/usage_sampler.h"
#include "conformance/report/cadence.h"
#include "conformance/scenario/library.h"

namespace proctor {

// What was measured of a scenario that ended well.
struct Figures {
  std::map<std::string, Histogram> spans;  // as in Gathered; by the stamps where it gathers none
  bool stamped = false;                    // every operation was stamped
  std::optional<ProcessUsage> usage;       // while the scenario ran
};

class LiveRun {
 public:
  struct Options {
    Implementation implementation;
    TierSet tiers = 0;
    uint64_t seed = 1;
    std::optional<Profile> profile;              // else by the version that the adapter declares
    std::function<void(pid_t)> on_process = {};  // as in RunOptions (adapter/driver.h)
    std::shared_ptr<const Layout> layout = nullptr;  // where its variables are, for tier D
    bool measure = false;  // there are figures, and nothing is judged but the ledger
  };

  // What the run says goes to `rulings`; all three outlive it.
  LiveRun(Options options, const OutputFolder& folder, RulingTable& rulings, Listener& listener);

  // Asks the adapter who it is, so that no scenario is begun in vain. False: it does not say.
  bool Introduce();

  // Runs the scenario, or says why not: once for the other tiers, once for tier D.
  void Run(const NamedScenario& named);

  // What it says; nullopt before Introduce.
  const std::optional<Handshake>& handshake() const { return handshake_; }
  std::optional<Profile> profile() const { return options_.profile; }
  // What the monitor did, as it was seen from outside, by scenario.
  const std::vector<Cadence>& cadences() const { return cadences_; }
  const Noise& noise() const { return noise_; }
  // What the adapter gathered in the last run; nullopt: everything was stamped, or it did not end.
  const std::optional<Gathered>& gathered() const { return gathered_; }
  // Of the last run; nullopt: it did not end well, or none was asked for.
  const std::optional<Figures>& figures() const { return figures_; }
  bool traced() const { return traced_; }        // its runtime traces itself
  bool inspected() const { return inspected_; }  // its variables were read

 private:
  bool IsForProfile(const NamedScenario& named) const;
  bool IsWorthRunning(const NamedScenario& named);
  std::string WhyNotAsked(ClauseId clause, Tier tier) const;
  void TakeUnpromised(const NamedScenario& named);
  void TakeForPromised(const NamedScenario& named, Verdict verdict, const std::string& message);
  struct Run Perform(const Scenario& scenario, TierSet tiers);
  bool RunFor(const NamedScenario& named, const Scenario& scenario, TierSet tiers);
  void OnGreeted(const struct Run& run);
  void Grade(const std::string& name, Header header, const std::vector<Event>& events,
             const NamedScenario& named, bool is_credible);
  void JudgeLedger(const Scenario& scenario, const Ledger& ledger);
  void JudgeFatalError(const struct Run& run, const std::string& during);
  std::string KeepStderr(const std::string& scenario, const struct Run& run);

  Options options_;
  const OutputFolder& folder_;
  RulingTable& rulings_;
  Listener& listener_;
  std::optional<Handshake> handshake_;
  std::string refused_;  // why the adapter never says who it is; empty: it did, or was not asked
  std::vector<Cadence> cadences_;
  Noise noise_;
  std::optional<Gathered> gathered_;
  std::optional<Figures> figures_;
  bool traced_ = false;
  bool inspected_ = false;
  bool said_unobserved_ = false;
  bool said_uninspected_ = false;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_LIVE_RUN_H_
