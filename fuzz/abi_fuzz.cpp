// The functions that a host calls, with hostile requests, on a memory store. Whatever is asked, the answer is a status
// with words, and the store keeps its order: positions and versions without gaps, ids that are legal.
#include "hostile.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

using fuzz::expect;
using fuzz::Hostile;

namespace {

std::string_view view(ec_str text) { return {text.data, text.size}; }

class Session {
 public:
  explicit Session(fuzz::Input& input) : hostile_(input) {
    const std::string_view yaml = "plugin: memory\noptions: {max_payload: 2KiB}";
    ec_error error = EC_ERROR_INIT;
    expect(ec_store_open_text({yaml.data(), yaml.size()}, {nullptr, 0}, nullptr, &store_, &error) == EC_OK,
           error.message);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { ec_store_close(store_); }

  void call_one() {
    switch (hostile_.input().below(12)) {
      case 0: return append_all();
      case 1: return read();
      case 2: return read_all();
      case 3: return list();
      case 4: return head_and_wait();
      case 5: return checkpoints();
      case 6: return leases();
      case 7: return snapshots();
      case 8:
      case 9: return execute();
      default: return append();
    }
  }

  void check_store() {
    ec_read_all request{sizeof request, 0, {}, 0, nullptr, 0, nullptr, 0, nullptr, 0};
    ec_cursor* cursor = nullptr;
    ec_error error = EC_ERROR_INIT;
    expect(ec_store_read_all(store_, &request, nullptr, &cursor, &error) == EC_OK, error.message);
    std::map<std::string, std::uint64_t, std::less<>> versions;
    std::uint64_t position = 0;
    ec_batch batch{};
    batch.struct_size = sizeof batch;
    do {
      expect(ec_store_next(store_, cursor, nullptr, &batch, &error) == EC_OK, error.message);
      for (std::size_t i = 0; i < batch.count; ++i) {
        const auto& event =
            *reinterpret_cast<const ec_event*>(reinterpret_cast<const char*>(batch.events) + i * batch.stride);
        expect(event.position.hi == 0 && event.position.lo == ++position, "positions are dense");
        expect(event.version == ++versions[std::string(view(event.stream))], "versions have no gaps");
        expect(ec_stream_id_check(event.stream, &error) == EC_OK, "a stored stream id is legal");
        expect(ec_utf8_check(event.type) == 1 && event.type.size > 0 && event.type.size <= EC_MAX_EVENT_TYPE,
               "a type is legal");
      }
    } while ((batch.flags & EC_BATCH_END) == 0);
    expect(batch.head.lo == position, "the head is the last position");
    ec_store_close_cursor(store_, cursor);
  }

 private:
  // A status is one of those there are, and not EC_OK comes with words.
  bool good(ec_status status, ec_error& error) {
    expect(status >= EC_OK && status <= EC_IN_DOUBT, "the status is known");
    expect(std::memchr(error.message, '\0', sizeof error.message) != nullptr, "the message has an end");
    if (status != EC_OK) {
      expect(error.message[0] != '\0', "an error has words");
      expect(ec_utf8_check({error.message, std::strlen(error.message)}) == 1, "they are UTF-8");
      expect(status != EC_INTERNAL && status != EC_CORRUPT && status != EC_IN_DOUBT, error.message);
    }
    error = EC_ERROR_INIT;
    return status == EC_OK;
  }

  void append() {
    const ec_append request = hostile_.append();
    ec_error error = EC_ERROR_INIT;
    ec_error of_outcome = EC_ERROR_INIT;
    ec_outcome outcome = hostile_.outcome(request.expect_count, hostile_.input().below(2) == 0 ? nullptr : &of_outcome);
    const ec_status status = ec_store_append(store_, &request, hostile_.call(), &outcome, &error);
    const bool written = outcome.struct_size >= sizeof outcome;  // a shorter one is refused and left alone
    expect(!written || outcome.status == status, "the outcome's status is the call's");
    good(status, error);
  }

  void append_all() {
    std::vector<ec_append> requests(hostile_.input().below(4));
    std::vector<ec_outcome> outcomes;
    std::vector<ec_error> errors(requests.size(), ec_error EC_ERROR_INIT);
    for (std::size_t i = 0; i < requests.size(); ++i) {
      requests[i] = hostile_.append();
      outcomes.push_back(
          hostile_.outcome(requests[i].expect_count, hostile_.input().below(32) == 0 ? nullptr : &errors[i]));
    }
    // Strides that are too small, for these arrays are of the right one.
    const std::size_t strides[] = {sizeof(ec_append), sizeof(ec_append), sizeof(ec_append), sizeof(ec_append) - 8, 0};
    ec_error error = EC_ERROR_INIT;
    good(ec_store_append_all(store_, requests.data(), hostile_.input().one_of(strides), outcomes.data(),
                             sizeof(ec_outcome), requests.size(), hostile_.call(), &error),
         error);
  }

  void drain(ec_cursor* cursor) {
    ec_error error = EC_ERROR_INIT;
    ec_batch batch{};
    do {
      batch.struct_size = hostile_.size(sizeof batch);
      if (!good(ec_store_next(store_, cursor, hostile_.call(), &batch, &error), error)) break;
      for (std::size_t i = 0; i < batch.count; ++i) {
        const auto& event =
            *reinterpret_cast<const ec_event*>(reinterpret_cast<const char*>(batch.events) + i * batch.stride);
        touched_ += std::string(view(event.stream)).size() + std::string(view(event.type)).size();
        for (std::size_t k = 0; k < event.payload.size; ++k) touched_ += event.payload.data[k];
      }
    } while ((batch.flags & EC_BATCH_END) == 0 && hostile_.input().below(16) != 0);
    ec_store_close_cursor(store_, cursor);
  }

  void read() {
    const ec_read request = hostile_.read();
    ec_cursor* cursor = nullptr;
    ec_error error = EC_ERROR_INIT;
    if (good(ec_store_read(store_, &request, hostile_.call(), &cursor, &error), error)) drain(cursor);
  }
  void read_all() {
    const ec_read_all request = hostile_.read_all();
    ec_cursor* cursor = nullptr;
    ec_error error = EC_ERROR_INIT;
    if (good(ec_store_read_all(store_, &request, hostile_.call(), &cursor, &error), error)) drain(cursor);
  }
  void list() {
    const ec_list request = hostile_.list();
    ec_stream_cursor* cursor = nullptr;
    ec_error error = EC_ERROR_INIT;
    if (!good(ec_store_list_streams(store_, &request, hostile_.call(), &cursor, &error), error)) return;
    ec_stream_batch batch{};
    batch.struct_size = hostile_.size(sizeof batch);
    while (good(ec_store_next_streams(store_, cursor, hostile_.call(), &batch, &error), error) &&
           (batch.flags & EC_BATCH_END) == 0)
      continue;
    ec_store_close_stream_cursor(store_, cursor);
  }

  void head_and_wait() {
    ec_position head{};
    ec_error error = EC_ERROR_INIT;
    good(ec_store_head(store_, hostile_.call(), &head, &error), error);
    good(ec_store_wait(store_, hostile_.position(), hostile_.short_call(), &head, &error), error);
    ec_store_interrupt(store_);
  }
  void checkpoints() {
    const ec_str name = hostile_.stream();
    ec_position position = hostile_.position();
    ec_error error = EC_ERROR_INIT;
    good(ec_store_checkpoint_save(store_, name, position, hostile_.input().any_number(), hostile_.call(), &error),
         error);
    good(ec_store_checkpoint_load(store_, name, hostile_.call(), &position, &error), error);
    if (hostile_.input().below(4) == 0)
      good(ec_store_checkpoint_remove(store_, name, hostile_.input().any_number(), hostile_.call(), &error), error);
  }
  void leases() {
    const ec_str name = hostile_.stream();
    std::uint64_t fence = 0;
    ec_error error = EC_ERROR_INIT;
    good(ec_store_lease_acquire(store_, name, hostile_.stream(), hostile_.input().any_number(), hostile_.call(), &fence,
                                &error),
         error);
    if (hostile_.input().below(4) == 0) fence = hostile_.input().any_number();
    good(ec_store_lease_renew(store_, name, fence, hostile_.input().any_number(), hostile_.call(), &error), error);
    if (hostile_.input().below(2) == 0)
      good(ec_store_lease_release(store_, name, fence, hostile_.call(), &error), error);
  }
  void snapshots() {
    const ec_str name = hostile_.stream();
    std::uint64_t etag = hostile_.input().any_number();
    ec_error error = EC_ERROR_INIT;
    good(ec_store_snapshot_save(store_, name, hostile_.any_bytes(), hostile_.input().below(2), hostile_.call(), &etag,
                                &error),
         error);
    ec_blob* blob = nullptr;
    ec_bytes bytes{};
    if (good(ec_store_snapshot_load(store_, name, hostile_.call(), &blob, &bytes, &etag, &error), error)) {
      for (std::size_t k = 0; k < bytes.size; ++k) touched_ += bytes.data[k];
      ec_store_snapshot_release(store_, blob);
    }
    if (hostile_.input().below(4) == 0)
      good(ec_store_snapshot_remove(store_, name, etag, hostile_.call(), &error), error);
  }

  // A command that names what it likes, fails when it likes, and writes to the store behind its own back.
  ec_status fails(ec_error* error) {
    const ec_status choices[] = {EC_OK, EC_OK, EC_OK, EC_OK, EC_OK, EC_OK, EC_REJECTED, EC_INVALID};
    const ec_status status = hostile_.input().one_of(choices);
    if (status != EC_OK) std::strcpy(error->message, "the command said so");
    return status;
  }
  static ec_status streams(void* self, const ec_str** streams, std::size_t* count, ec_error* error) {
    auto& session = *static_cast<Session*>(self);
    *streams = session.hostile_.streams(*count);
    return session.fails(error);
  }
  static ec_status apply(void* self, const ec_event* event, ec_error* error) {
    auto& session = *static_cast<Session*>(self);
    session.touched_ += event->payload.size;
    return session.fails(error);
  }
  static ec_status decide(void* self, ec_decision* decision, ec_error* error) {
    auto& session = *static_cast<Session*>(self);
    if (session.hostile_.input().below(4) == 0) session.append();
    session.hostile_.events(decision->events, decision->count, decision->stride);
    return session.fails(error);
  }
  static void committed(void* self, const ec_commit* commit) {
    for (std::size_t i = 0; i < commit->stream_count; ++i)
      static_cast<Session*>(self)->touched_ += std::string(view(commit->streams[i].stream)).size();
  }

  void execute() {
    const bool discovers = hostile_.input().below(2) == 0;
    const ec_command command{hostile_.size(sizeof command),
                             0,
                             this,
                             streams,
                             discovers ? streams : nullptr,
                             apply,
                             decide,
                             hostile_.input().below(2) == 0 ? committed : nullptr,
                             nullptr};
    ec_execute_options options{};
    options.struct_size = hostile_.size(sizeof options);
    options.flags = hostile_.flags();
    options.max_attempts = 1 + static_cast<std::uint32_t>(hostile_.input().below(3));
    options.backoff_base_us = 1;
    options.backoff_cap_us = 1;
    options.max_streams = static_cast<std::uint32_t>(hostile_.input().below(8));
    options.max_rounds = static_cast<std::uint32_t>(hostile_.input().below(8));
    options.commit_id = hostile_.uuid();
    options.metadata = hostile_.any_bytes();
    ec_error error = EC_ERROR_INIT;
    good(ec_store_execute(store_, &command, hostile_.input().below(4) == 0 ? nullptr : &options, hostile_.call(),
                          &error),
         error);
  }

  Hostile hostile_;
  ec_store* store_ = nullptr;
  std::size_t touched_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int most_calls = 40;
  fuzz::Input input(data, size);
  Session session(input);
  for (int i = 0; i < most_calls && !input.empty(); ++i) session.call_one();
  session.check_store();
  return 0;
}
