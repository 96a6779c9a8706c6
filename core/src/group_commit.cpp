#include "backend_append.hpp"
#include "first_release.hpp"
#include "group_commit.hpp"

#include <eventcore/plugin/append.hpp>
#include <eventcore/plugin/failure.hpp>
#include <eventcore/plugin/sized.hpp>
#include <eventcore/plugin/strided.hpp>

#include <algorithm>
#include <utility>

namespace ec::core {

namespace {

// Below this a group is carried out sooner than another thread is awake.
constexpr std::uint64_t wake_up_ns = 30'000;
// A leader that serves others gets home after this many groups.
constexpr int most_groups_served = 32;
// ... and after this many, where those without a thread wait to be told.
constexpr int most_groups_untold = 4;

}  // namespace

ec_status GroupCommit::give_up(ec_outcome& outcome, ec_status state) {
  outcome.status = plugin::set_error(
      outcome.error, state,
      state == EC_CANCELLED ? "the append was cancelled while it waited for its turn; nothing was stored"
                            : "the deadline passed while the append waited for its turn; nothing was stored");
  return state;
}

GroupCommit::GroupCommit(const ec_store_api& api, ec_backend* backend, Limits limits)
    : api_(api), backend_(backend), limits_(limits) {
  requests_.reserve(limits.max_appends);
  outcomes_.reserve(limits.max_appends);
  errors_.reserve(limits.max_appends);
}

ec_status GroupCommit::append(const ec_append& request, const plugin::Call& call, ec_outcome& outcome) noexcept {
  if (const ec_status state = call.state(); state != EC_OK) return give_up(outcome, state);
  Waiter self;
  self.request = &request;
  self.call = &call;
  self.outcome = &outcome;
  self.bytes = plugin::bytes_of(request);
  bool first = false;
  bool quick = false;
  {
    const std::scoped_lock lock(mutex_);
    quick = quick_;
    first = !busy_;
    busy_ = true;
    if (!first) enqueue(self);
  }
  if (first) {
    run_alone(self);
    lead(nullptr);
    return outcome.status;
  }
  const bool woken = quick && self.woken.wait_awake(wake_up_ns);
  if (const ec_status state = woken ? EC_OK : self.woken.wait(call); state != EC_OK) {
    if (withdraw(self)) return give_up(outcome, state);
    self.woken.wait();
  }
  if (self.place == Place::leading) lead(&self);
  return outcome.status;
}

bool GroupCommit::start(Waiter& waiter, InPlace in_place) noexcept {
  if (const ec_status state = waiter.call->state(); state != EC_OK) {
    give_up(*waiter.outcome, state);
    return true;
  }
  waiter.bytes = plugin::bytes_of(*waiter.request);
  {
    const std::scoped_lock lock(mutex_);
    const bool first = !busy_;
    busy_ = true;
    if (!first) in_place = InPlace::no;
    if (in_place == InPlace::no) {
      enqueue(waiter);
      if (first) hand_over();
    }
  }
  if (in_place == InPlace::no) return false;
  run_alone(waiter);
  if (in_place == InPlace::all)
    lead(nullptr);
  else
    release_lead();
  return true;
}

bool GroupCommit::serve() noexcept {
  {
    std::unique_lock lock(mutex_);
    serving_.wait(lock, [this] { return serves_next_ || is_over_; });
    if (!serves_next_) return false;
    serves_next_ = false;
  }
  lead(nullptr, true);
  return true;
}

void GroupCommit::begin_serving() noexcept {
  const std::scoped_lock lock(mutex_);
  is_over_ = false;
}

void GroupCommit::end_serving() noexcept {
  const std::scoped_lock lock(mutex_);
  is_over_ = true;
  serving_.notify_all();
}

std::size_t GroupCommit::queued() const {
  const std::scoped_lock lock(mutex_);
  std::size_t count = 0;
  for (const Waiter* at = first_; at != nullptr; at = at->next) ++count;
  return count;
}

// With mutex_ held.
void GroupCommit::enqueue(Waiter& waiter) noexcept {
  waiter.place = Place::queued;
  waiter.next = nullptr;
  (first_ == nullptr ? first_ : last_->next) = &waiter;
  last_ = &waiter;
}

void GroupCommit::run_alone(Waiter& waiter) noexcept {
  waiter.again = false;
  const ec_status status = backend_append(api_, backend_, waiter.request, waiter.outcome, sizeof(ec_outcome), 1,
                                          waiter.call->raw(), waiter.outcome->error);
  if (status != EC_OK) waiter.outcome->status = status;
}

// Carries out `own` and what can go with it, then what came meanwhile; ends by handing the lead on, and tells those without
// a thread after that. Who serves them carries out one group at least.
void GroupCommit::lead(Waiter* own, bool serves) noexcept {
  Untold untold;
  for (int served = 0;; ++served) {
    Waiter* group = nullptr;
    {
      const std::scoped_lock lock(mutex_);
      quick_ = last_group_ns_ < wake_up_ns;
      if (own == nullptr) {
        if (first_ == nullptr) {
          busy_ = false;
          break;
        }
        const int most = untold.first == nullptr ? most_groups_served : most_groups_untold;
        if ((!serves || served > 0) && (!quick_ || served >= most)) {
          hand_over();
          break;
        }
      }
      group = take_group(own);
    }
    const std::uint64_t began_ns = plugin::monotonic_ns();
    run_group(group);
    last_group_ns_ = plugin::monotonic_ns() - began_ns;
    const bool own_done = own == nullptr || !own->again;
    if (own != nullptr && own_done && last_group_ns_ >= wake_up_ns) {
      // The next group first: it can begin while this one's members are being woken.
      release_lead();
      retire(group, own, untold);
      break;
    }
    retire(group, own, untold);
    if (own_done) own = nullptr;
  }
  tell(untold);
}

// With mutex_ held: `first`, if given, and as much of the queue as fits.
GroupCommit::Waiter* GroupCommit::take_group(Waiter* first) noexcept {
  std::size_t count = 0;
  std::uint64_t bytes = 0;
  Waiter* tail = first;
  if (first != nullptr) {
    count = 1;
    bytes = first->bytes;
    first->next = nullptr;
  }
  while (first_ != nullptr && count < limits_.max_appends &&
         (count == 0 || bytes + first_->bytes <= limits_.max_bytes)) {
    Waiter* waiter = first_;
    first_ = waiter->next;
    if (first_ == nullptr) last_ = nullptr;
    waiter->next = nullptr;
    waiter->place = Place::taken;
    (tail == nullptr ? first : tail->next) = waiter;
    tail = waiter;
    ++count;
    bytes += waiter->bytes;
  }
  return first;
}

void GroupCommit::run_group(Waiter* group) noexcept {
  if (group->next == nullptr) return run_alone(*group);
  requests_.clear();
  outcomes_.clear();
  // The shortest deadline counts for the call, and anybody's cancellation; who is not meant is tried again (see retire).
  ec_call call{sizeof(ec_call), 0, 0, group, nullptr, {nullptr, 0}};
  for (Waiter* waiter = group; waiter != nullptr; waiter = waiter->next) {
    requests_.push_back(*waiter->request);
    outcomes_.push_back(plugin::known(*waiter->outcome));
    const std::uint64_t deadline_ns = waiter->call->deadline_ns();
    if (deadline_ns != 0)
      call.deadline_ns = call.deadline_ns == 0 ? deadline_ns : std::min(call.deadline_ns, deadline_ns);
    if (waiter->call->raw() != nullptr && waiter->call->raw()->cancelled != nullptr) call.cancelled = any_cancelled;
  }
  ec_error error = EC_ERROR_INIT;
  // Where somebody's deadline or cancellation can end it for others, errors are kept aside: who is tried again may yet
  // succeed.
  errors_.assign(call.deadline_ns == 0 && call.cancelled == nullptr ? 0 : requests_.size(), error);
  for (std::size_t i = 0; i < errors_.size(); ++i) outcomes_[i].error = &errors_[i];
  const ec_status status = backend_append(api_, backend_, requests_.data(), outcomes_.data(), sizeof(ec_outcome),
                                          requests_.size(), &call, &error);
  std::size_t i = 0;
  for (Waiter* waiter = group; waiter != nullptr; waiter = waiter->next, ++i)
    settle(*waiter,
           status == EC_OK ? outcomes_[i] : ec_outcome{sizeof(ec_outcome), status, 0, 0, {}, {}, nullptr, &error});
}

int GroupCommit::any_cancelled(void* group) {
  for (const Waiter* waiter = static_cast<const Waiter*>(group); waiter != nullptr; waiter = waiter->next)
    if (waiter->call->cancelled()) return 1;
  return 0;
}

void GroupCommit::settle(Waiter& waiter, const ec_outcome& outcome) noexcept {
  const bool ended = outcome.status == EC_TIMEOUT || outcome.status == EC_CANCELLED;
  // Where nobody could end it for others it is the backend's own answer.
  waiter.again = ended && !errors_.empty() && waiter.call->state() == EC_OK;
  if (waiter.again) return;
  waiter.outcome->status = outcome.status;
  if (outcome.status == EC_OK) {
    waiter.outcome->flags = outcome.flags;
    waiter.outcome->first = outcome.first;
    waiter.outcome->last = outcome.last;
  } else if (outcome.error != waiter.outcome->error) {
    copy_error(*waiter.outcome->error, *outcome.error);
  }
}

// Wakes everybody but `own`, or notes that he is to be told. Those that another one's deadline or cancellation ended go
// back to the head of the queue.
void GroupCommit::retire(Waiter* group, const Waiter* own, Untold& untold) noexcept {
  Waiter* again = nullptr;
  for (Waiter* waiter = group; waiter != nullptr;) {
    Waiter* next = waiter->next;
    if (waiter != own) {
      if (waiter->again) {
        waiter->next = again;
        again = waiter;
      } else if (waiter->told != nullptr) {
        untold.add(*waiter);
      } else {
        waiter->woken.set();
      }
    }
    waiter = next;
  }
  if (again == nullptr) return;
  const std::scoped_lock lock(mutex_);
  while (again != nullptr) {
    Waiter* waiter = again;
    again = waiter->next;
    push_front(*waiter);
  }
  if (busy_) return;
  busy_ = true;
  hand_over();
}

// What he is told may free the waiter.
void GroupCommit::tell(const Untold& untold) noexcept {
  for (Waiter* waiter = untold.first; waiter != nullptr;) {
    Waiter& told = *std::exchange(waiter, waiter->next);
    told.told(told);
  }
}

void GroupCommit::push_front(Waiter& waiter) noexcept {
  waiter.place = Place::queued;
  waiter.next = first_;
  first_ = &waiter;
  if (last_ == nullptr) last_ = &waiter;
}

// With mutex_ held and the queue not empty.
void GroupCommit::hand_over() noexcept {
  Waiter* next = first_;
  if (next->told != nullptr) {
    serves_next_ = true;
    serving_.notify_one();
    return;
  }
  first_ = next->next;
  if (first_ == nullptr) last_ = nullptr;
  next->place = Place::leading;
  next->woken.set();
}

void GroupCommit::release_lead() noexcept {
  const std::scoped_lock lock(mutex_);
  if (first_ == nullptr)
    busy_ = false;
  else
    hand_over();
}

bool GroupCommit::withdraw(Waiter& waiter) noexcept {
  const std::scoped_lock lock(mutex_);
  if (waiter.place != Place::queued) return false;
  waiter.place = Place::nowhere;
  Waiter* before = nullptr;
  for (Waiter* at = first_; at != &waiter; at = at->next) before = at;
  (before == nullptr ? first_ : before->next) = waiter.next;
  if (last_ == &waiter) last_ = before;
  return true;
}

}  // namespace ec::core
