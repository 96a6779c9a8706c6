// A walk through the entries of a column family, in the order of their keys: RocksDB's iterator, with an eye on what it
// throws.
#pragma once

#include "engine.hpp"

#include <memory>

#include <rocksdb/iterator.h>

namespace ec::rocks {

class Entries {
 public:
  Entries(const Engine& engine, rocksdb::ColumnFamilyHandle* family, const rocksdb::ReadOptions& options = {})
      : engine_(&engine), iterator_(engine.use([&](rocksdb::DB& db) { return db.NewIterator(options, family); })) {}

  void Seek(const rocksdb::Slice& key) {
    engine_->watch([&] { iterator_->Seek(key); });
  }
  void SeekForPrev(const rocksdb::Slice& key) {
    engine_->watch([&] { iterator_->SeekForPrev(key); });
  }
  void SeekToFirst() {
    engine_->watch([&] { iterator_->SeekToFirst(); });
  }
  void SeekToLast() {
    engine_->watch([&] { iterator_->SeekToLast(); });
  }
  void Next() {
    engine_->watch([&] { iterator_->Next(); });
  }
  void Prev() {
    engine_->watch([&] { iterator_->Prev(); });
  }
  bool Valid() const { return iterator_->Valid(); }
  rocksdb::Slice key() const { return iterator_->key(); }
  rocksdb::Slice value() const { return iterator_->value(); }
  rocksdb::Status status() const { return iterator_->status(); }

 private:
  const Engine* engine_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

}  // namespace ec::rocks
