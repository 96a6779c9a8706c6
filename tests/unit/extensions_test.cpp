// The extensions as a host calls them: on a backend that has them, and on one that has none.
#include "failure.hpp"

#include <eventcore/abi/eventcore.h>
#include <eventcore/plugin/strided.hpp>

#include <string>

namespace {

using ec::plugin::str;
using ec::plugin::view;
using ec::test::contains;

class Store {
 public:
  explicit Store(const std::string& yaml) {
    EXPECT_EQ(ec_store_open_text(str(yaml), name(), nullptr, &store_, &error_), EC_OK) << error_.message;
  }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store() { ec_store_close(store_); }

  // The status of `body(store, error)`, and its message in message().
  template <class Body>
  ec_status call(Body&& body) {
    error_ = EC_ERROR_INIT;
    return body(store_, &error_);
  }
  std::string message() const { return error_.message; }
  ec_store* get() const { return store_; }

 private:
  static ec_str name() { return {"test", 4}; }
  ec_store* store_ = nullptr;
  ec_error error_ = EC_ERROR_INIT;
};

Store memory() { return Store("plugin: memory"); }
Store bare() { return Store("{plugin: bare, plugin_path: ['" EVENTCORE_TEST_PLUGIN_DIR "']}"); }

TEST(Extensions, CheckpointsAreSavedAndLoaded) {
  Store store = memory();
  ec_position position{0, 9};
  const auto load = [&](ec_store* s, ec_error* e) {
    return ec_store_checkpoint_load(s, str("model"), nullptr, &position, e);
  };
  EXPECT_EQ(store.call(load), EC_NOT_FOUND);
  EXPECT_EQ(store.call([](ec_store* s, ec_error* e) {
    return ec_store_checkpoint_save(s, str("model"), {0, 0}, 0, nullptr, e);
  }),
            EC_OK);
  EXPECT_EQ(store.call(load), EC_OK);
  EXPECT_EQ(position.lo, 0U);
  EXPECT_EQ(store.call([](ec_store* s, ec_error* e) {
    return ec_store_checkpoint_save(s, str("model"), {0, 1}, 0, nullptr, e);
  }),
            EC_INVALID)
      << "ahead of the store";
  EXPECT_EQ(
      store.call([](ec_store* s, ec_error* e) { return ec_store_checkpoint_remove(s, str("model"), 0, nullptr, e); }),
      EC_OK);
  EXPECT_EQ(store.call(load), EC_NOT_FOUND);
}

TEST(Extensions, LeasesAreGrantedToOne) {
  Store store = memory();
  std::uint64_t fence = 0;
  const auto acquire = [&](const char* holder, std::uint64_t ttl_ms) {
    return store.call([&](ec_store* s, ec_error* e) {
      return ec_store_lease_acquire(s, str("model"), str(holder), ttl_ms, nullptr, &fence, e);
    });
  };
  EXPECT_EQ(acquire("one", 0), EC_INVALID);
  EXPECT_TRUE(contains(store.message(), "at least 1 ms"));
  EXPECT_EQ(acquire("", 1000), EC_INVALID);
  EXPECT_TRUE(contains(store.message(), "lease holder: is empty"));
  EXPECT_EQ(acquire("one", 3'600'000), EC_OK);
  const std::uint64_t first = fence;
  EXPECT_GT(first, 0U);
  EXPECT_EQ(acquire("two", 1000), EC_CONFLICT);
  EXPECT_TRUE(contains(store.message(), "one"));
  const auto renew = [&](std::uint64_t with) {
    return store.call(
        [&](ec_store* s, ec_error* e) { return ec_store_lease_renew(s, str("model"), with, 1000, nullptr, e); });
  };
  EXPECT_EQ(renew(first), EC_OK);
  EXPECT_EQ(renew(first + 1), EC_FENCED);
  EXPECT_EQ(
      store.call([&](ec_store* s, ec_error* e) { return ec_store_lease_renew(s, str("model"), first, 0, nullptr, e); }),
      EC_INVALID);
  EXPECT_EQ(
      store.call([&](ec_store* s, ec_error* e) { return ec_store_lease_release(s, str("model"), first, nullptr, e); }),
      EC_OK);
  EXPECT_EQ(acquire("two", 1000), EC_OK);
  EXPECT_GT(fence, first);
}

TEST(Extensions, SnapshotsAreComparedAndSet) {
  Store store = memory();
  std::uint64_t etag = 0;
  const auto save = [&](const char* bytes, std::uint64_t expected) {
    return store.call([&](ec_store* s, ec_error* e) {
      return ec_store_snapshot_save(s, str("state"), ec::plugin::bytes(bytes), expected, nullptr, &etag, e);
    });
  };
  EXPECT_EQ(save("first", 0), EC_OK);
  EXPECT_EQ(save("other", 0), EC_CONFLICT);
  EXPECT_EQ(save("second", etag), EC_OK);
  ec_blob* blob = nullptr;
  ec_bytes bytes{};
  std::uint64_t loaded = 0;
  const auto load = [&](ec_store* s, ec_error* e) {
    return ec_store_snapshot_load(s, str("state"), nullptr, &blob, &bytes, &loaded, e);
  };
  ASSERT_EQ(store.call(load), EC_OK);
  EXPECT_EQ(view(bytes), "second");
  EXPECT_EQ(loaded, etag);
  ec_store_snapshot_release(store.get(), blob);
  ec_store_snapshot_release(store.get(), nullptr);
  EXPECT_EQ(
      store.call([&](ec_store* s, ec_error* e) { return ec_store_snapshot_remove(s, str("state"), etag, nullptr, e); }),
      EC_OK);
  EXPECT_EQ(store.call(load), EC_NOT_FOUND);
}

TEST(Extensions, NamesAreChecked) {
  Store store = memory();
  ec_position position{};
  EXPECT_EQ(
      store.call([&](ec_store* s, ec_error* e) { return ec_store_checkpoint_load(s, str(""), nullptr, &position, e); }),
      EC_INVALID);
  EXPECT_TRUE(contains(store.message(), "checkpoint name: is empty"));
  EXPECT_EQ(
      store.call([&](ec_store* s, ec_error* e) { return ec_store_snapshot_remove(s, str("a\n"), 0, nullptr, e); }),
      EC_INVALID);
  EXPECT_TRUE(contains(store.message(), "snapshot name 'a\\x0a'"));
}

TEST(Extensions, WhatABackendLacksIsSaidInWords) {
  Store store = bare();
  ec_position position{};
  std::uint64_t number = 0;
  ec_blob* blob = nullptr;
  ec_bytes bytes{};
  EXPECT_EQ(store.call(
                [&](ec_store* s, ec_error* e) { return ec_store_checkpoint_load(s, str("x"), nullptr, &position, e); }),
            EC_UNSUPPORTED);
  EXPECT_EQ(store.message(), "plugin 'broken' has no checkpoints");
  EXPECT_EQ(store.call([&](ec_store* s, ec_error* e) {
    return ec_store_lease_acquire(s, str("x"), str("me"), 1, nullptr, &number, e);
  }),
            EC_UNSUPPORTED);
  EXPECT_EQ(store.call([&](ec_store* s, ec_error* e) {
    return ec_store_snapshot_load(s, str("x"), nullptr, &blob, &bytes, &number, e);
  }),
            EC_UNSUPPORTED);
  EXPECT_EQ(store.call([&](ec_store* s, ec_error* e) { return ec_store_wait(s, {}, nullptr, &position, e); }),
            EC_UNSUPPORTED);
  EXPECT_EQ(store.message(), "plugin 'broken' has no notification");
  ec_store_interrupt(store.get());
}

}  // namespace
