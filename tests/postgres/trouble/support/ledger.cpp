#include "ledger.hpp"

namespace ec::postgres::test {

Result<Appended> lookup(Store& store, Uuid commit_id, const Call& call) {
  const ec_append request{
      sizeof request,      EC_APPEND_LOOKUP, commit_id.value, nullptr, 0, sizeof(ec_expect), nullptr, 0,
      sizeof(ec_new_event)};
  ec_error error = EC_ERROR_INIT;
  ec_outcome outcome{sizeof outcome, EC_OK, 0, 0, {}, {}, nullptr, &error};
  const ec_call raw = detail::to_raw(call);
  if (ec_store_append(store.raw(), &request, &raw, &outcome, &error) != EC_OK)
    return std::unexpected(detail::to_error(error));
  return Appended{Position::from(outcome.first), Position::from(outcome.last), {}, true};
}

Call soon(std::chrono::seconds time) { return {.deadline = Call::in(time)}; }

int counted(int normal, int many) { return is_long_run() ? many : normal; }

Result<Appended> Ledger::ask(Store& store, const std::string& name, Uuid commit_id, const Call& call) const {
  const std::string payload = commit_id.str();
  return store.append({Expect::any(StreamId(name)), Expect::any(StreamId("shared"))},
                      {event(0, payload), event(1, payload), event(0, payload)}, commit_id, call);
}

void Ledger::append(Store& store, const std::string& name, const Call& call) {
  const Call all = soon();
  std::string last;
  while (std::chrono::steady_clock::now() < *all.deadline) {
    const Uuid commit_id = Uuid::make();
    const auto asked = ask(store, name, commit_id, call);
    if (asked) return acknowledged(commit_id, *asked);
    last = asked.error().message;
    const Code code = asked.error().code;
    if (code == Code::in_doubt) {
      if (resolve(store, name, commit_id, call)) return;
      continue;
    }
    if (code != Code::unavailable && code != Code::timeout) throw std::runtime_error(last);
    refused(commit_id);
  }
  throw std::runtime_error("not acknowledged in a minute: " + last);
}

// False: it was not stored and never will be.
bool Ledger::resolve(Store& store, const std::string& name, Uuid commit_id, const Call& call) {
  const Call all = soon();
  bool looks_up = false;
  {
    const std::scoped_lock lock(mutex_);
    looks_up = ++doubts_ % 2 == 0;
  }
  std::string last;
  while (std::chrono::steady_clock::now() < *all.deadline) {
    const auto answer = looks_up ? lookup(store, commit_id, call) : ask(store, name, commit_id, call);
    if (answer) {
      doubted(answer->repeated);
      acknowledged(commit_id, *answer);
      return true;
    }
    last = answer.error().message;
    const Code code = answer.error().code;
    if (looks_up && code == Code::not_found) {
      doubted(false);
      refused(commit_id);
      return false;
    }
    if (code != Code::in_doubt && code != Code::unavailable && code != Code::timeout) throw std::runtime_error(last);
  }
  throw std::runtime_error("in doubt for a minute: " + last);
}

void Ledger::check(const std::vector<Seen>& all) const {
  check_order(all);
  const std::scoped_lock lock(mutex_);
  std::map<std::string, std::vector<Seen>> found;
  for (const Seen& each : all) {
    found[each.commit_id.str()].push_back(each);
    EXPECT_EQ(each.payload, each.commit_id.str());
  }
  for (const auto& [commit_id, seen] : found) {
    EXPECT_FALSE(refused_.contains(commit_id)) << commit_id << " was refused";
    const auto known = acknowledged_.find(commit_id);
    if (known == acknowledged_.end()) {
      ADD_FAILURE() << commit_id << " was not acknowledged";
      continue;
    }
    EXPECT_EQ(seen.size(), events) << commit_id << " is there in part, or more than once";
    EXPECT_EQ(seen.front().position, known->second.first.lo);
    EXPECT_EQ(seen.back().position, known->second.last.lo);
    EXPECT_EQ(seen.back().position - seen.front().position, events - 1);
  }
  EXPECT_EQ(found.size(), acknowledged_.size()) << "something acknowledged is lost";
}

void Ledger::acknowledged(Uuid commit_id, const Appended& done) {
  const std::scoped_lock lock(mutex_);
  acknowledged_[commit_id.str()] = done;
}

void Ledger::refused(Uuid commit_id) {
  const std::scoped_lock lock(mutex_);
  refused_.insert(commit_id.str());
}

void Ledger::doubted(bool stored) {
  const std::scoped_lock lock(mutex_);
  ++(stored ? had_effect_ : had_none_);
}

std::size_t Ledger::acknowledged() const {
  const std::scoped_lock lock(mutex_);
  return acknowledged_.size();
}

std::size_t Ledger::doubts() const {
  const std::scoped_lock lock(mutex_);
  return doubts_;
}

std::size_t Ledger::had_effect() const {
  const std::scoped_lock lock(mutex_);
  return had_effect_;
}

std::size_t Ledger::had_none() const {
  const std::scoped_lock lock(mutex_);
  return had_none_;
}

}  // namespace ec::postgres::test
