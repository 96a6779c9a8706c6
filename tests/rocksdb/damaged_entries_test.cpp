// Entries of the database that are gone or wrong although RocksDB finds nothing wrong with its files.
#include "damaged.hpp"
#include "keys.hpp"
#include "raw_database.hpp"
#include "record.hpp"

namespace ec::rocks::test {
namespace {

class DamagedEntries : public Damaged {
 protected:
  // Beyond what is checked at opening, each append being a record.
  static constexpr std::size_t many = 400;
  static constexpr std::uint64_t old_position = 101;

  const Seen& at(std::uint64_t position) const { return expected.at(position - 1); }
  static std::string index_key_of(const Seen& seen) {
    std::string buffer;
    return index_key(buffer, seen.stream, seen.version).ToString();
  }
  static std::string record_key(std::uint64_t position) {
    std::string buffer;
    return event_key(buffer, position).ToString();
  }
  static std::string entry(std::uint64_t position, std::uint64_t record) {
    std::string bytes;
    put_index_entry(bytes, {position, record});
    return bytes;
  }
  std::string refused_open() const { return refusal(open(path), Code::corrupt); }

  // That an opened store's reads of the stream, both ways, say what is wrong.
  void expect_refused_reads(const std::string& name) const {
    Store store = value(open(path));
    for (const bool backward : {false, true}) {
      const auto read = drain(store.read({{StreamId(name)}}, {.backward = backward}));
      EXPECT_TRUE(contains(refusal(read, Code::corrupt), "restore it from a backup")) << "backward: " << backward;
    }
  }
  void expect_refused_read_all() const {
    Store store = value(open(path));
    for (const bool backward : {false, true}) {
      const auto read = drain(store.read_all({}, {}, {.backward = backward}));
      EXPECT_TRUE(contains(refusal(read, Code::corrupt), "restore it from a backup")) << "backward: " << backward;
    }
  }
};

TEST_F(DamagedEntries, AtTheEndAreNoticedAtOpening) {
  make(20, true);
  const Seen last = at(40);
  RawDatabase(path).remove(index_family, index_key_of(last));
  EXPECT_TRUE(contains(refused_open(), "the index lacks it"));
  restore();
  RawDatabase(path).put(index_family, index_key_of(last), entry(38, 37));
  EXPECT_TRUE(contains(refused_open(), "the index points elsewhere"));
  restore();
  RawDatabase(path).put(index_family, index_key_of(last), "");
  EXPECT_TRUE(contains(refused_open(), "an index entry cannot be read"));
  restore();
  RawDatabase(path).remove(events_family, record_key(37));
  EXPECT_TRUE(contains(refused_open(), "damaged at position 35: events are missing behind it"));
  restore();
  RawDatabase(path).remove(events_family, record_key(39));
  EXPECT_TRUE(contains(refused_open(), "ends at position 38"));
  restore();
  RawDatabase(path).put(events_family, record_key(39), "no record");
  EXPECT_TRUE(contains(refused_open(), "an event record cannot be read"));
  restore();
  RawDatabase(path).put(events_family, "no key", "nothing");
  EXPECT_TRUE(contains(refused_open(), "a key that is none"));
}

TEST_F(DamagedEntries, AtTheBeginningAreNoticedAtOpeningOfASmallStore) {
  make(20, true);
  RawDatabase(path).remove(events_family, record_key(1));
  EXPECT_TRUE(contains(refused_open(), "the first events are missing"));
}

TEST_F(DamagedEntries, AllGoneAreNoticed) {
  make(20, true);
  {
    RawDatabase raw(path);
    for (const std::string& key : raw.keys(events_family)) raw.remove(events_family, key);
  }
  EXPECT_TRUE(contains(refused_open(), "ends at position 0"));
}

TEST_F(DamagedEntries, OfTheIndexThatAreGoneAreNoticedByReads) {
  make(many, true);
  RawDatabase(path).remove(index_family, index_key_of(at(old_position)));
  expect_refused_reads(at(old_position).stream);
}

TEST_F(DamagedEntries, OfTheIndexThatIsTheFirstOfItsStreamIsNoticedByReads) {
  make(many, true);
  RawDatabase(path).remove(index_family, index_key_of(at(1)));
  expect_refused_reads(at(1).stream);
}

TEST_F(DamagedEntries, OfTheIndexThatPointElsewhereAreNoticedByReads) {
  make(many, true);
  const Seen& seen = at(old_position);
  // Another event of the record, the same version of another stream, nowhere, no entry at all.
  const auto twin = std::ranges::find_if(
      expected, [&](const Seen& each) { return each.version == seen.version && each.stream != seen.stream; });
  ASSERT_NE(twin, expected.end());
  const std::uint64_t twins_record = twin->position - (twin->position - 1) % 2;
  for (const std::string& wrong : {entry(old_position + 1, old_position), entry(twin->position, twins_record),
                                   entry(old_position, old_position - 1), entry(old_position + 50, old_position),
                                   std::string("\x7F"), std::string()}) {
    restore();
    RawDatabase(path).put(index_family, index_key_of(seen), wrong);
    expect_refused_reads(seen.stream);
  }
}

TEST_F(DamagedEntries, OfEventsThatAreGoneAreNoticedByReads) {
  make(many, true);
  RawDatabase(path).remove(events_family, record_key(old_position));
  expect_refused_reads(at(old_position).stream);
  expect_refused_read_all();
  restore();
  RawDatabase(path).remove(events_family, record_key(1));
  expect_refused_reads(at(1).stream);
  expect_refused_read_all();
}

TEST_F(DamagedEntries, OfEventsThatCannotBeReadAreNoticedByReads) {
  make(many, true);
  const std::string record = RawDatabase(path).get(events_family, record_key(old_position));
  for (const std::string& wrong : {std::string(), record.substr(0, record.size() - 1), "\2" + record.substr(1)}) {
    restore();
    RawDatabase(path).put(events_family, record_key(old_position), wrong);
    expect_refused_reads(at(old_position + 1).stream);
    expect_refused_read_all();
  }
}

TEST_F(DamagedEntries, OfCommitIdsAreNoticedByRepeats) {
  {
    Store store = value(open(path));
    const Uuid commit_id = Uuid::make();
    append(store, "s", {"1"}, commit_id);
  }
  std::string key;
  {
    RawDatabase raw(path);
    key = raw.keys(commits_family).at(0);
    raw.put(commits_family, key, "\x80");
  }
  Uuid commit_id;
  ASSERT_EQ(key.copy(reinterpret_cast<char*>(commit_id.value.bytes), key.size()), sizeof commit_id.value);
  Store store = value(open(path));
  EXPECT_TRUE(contains(refusal(store.append({Expect::any(StreamId("s"))}, {event(0, "1")}, commit_id), Code::corrupt),
                       "restore it from a backup"));
  EXPECT_EQ(append(store, "s", {"others go on"}).versions, std::vector<std::uint64_t>{2});
}

}  // namespace
}  // namespace ec::rocks::test
