// What a plugin says of itself, wrong in one member at a time: versions and sizes off by one, tables with holes.
#include "support.hpp"

#include <eventcore/abi/extensions.h>

#include <cstddef>
#include <utility>

namespace ec::hostile {
namespace {

template <class T>
std::string hex(T value) {
  constexpr const char* digits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < sizeof value; ++i) {
    const auto byte = reinterpret_cast<const unsigned char*>(&value)[i];
    text.append({digits[byte >> 4U], digits[byte & 15U]});
  }
  return text;
}

class Description : public testing::Test {
 protected:
  void TearDown() override { expect_alive(); }

  // A copy of the plugin, which is loaded anew for it, with one member replaced.
  template <class T, class Open>
  auto with(const char* object, std::size_t offset, T value, Open&& open) {
    const std::string file = folder_.write(std::to_string(++count_) + ".so", content_of(telling_plugin()));
    const Environment patch("EVENTCORE_TEST_PATCH",
                            std::string(object) + " " + std::to_string(offset) + " " + hex(value));
    return open(file);
  }
  template <class T>
  Opened open_with(const char* object, std::size_t offset, T value) {
    const Opened opened = with(object, offset, value, open_plugin);
    if (opened.status != EC_OK) {
      EXPECT_TRUE(contains(refusal(opened), "/etc/bank.yaml:1:9: plugin ")) << "where it is named";
      EXPECT_TRUE(contains(opened.message, std::to_string(count_) + ".so: ")) << "which file it is";
    }
    return opened;
  }

  const TempFolder folder_;
  int count_ = 0;
};

TEST_F(Description, AsItIsItIsTaken) { EXPECT_EQ(open_plugin(telling_plugin()).message, ""); }

TEST_F(Description, AnotherMagicNumberIsRefused) {
  for (const std::uint64_t magic : {EC_PLUGIN_MAGIC - 1, EC_PLUGIN_MAGIC + 1, __builtin_bswap64(EC_PLUGIN_MAGIC),
                                    std::uint64_t{0}, ~std::uint64_t{0}})
    EXPECT_TRUE(contains(open_with("plugin", offsetof(ec_plugin, magic), magic).message,
                         "does not begin with the magic number; it is no eventcore plugin"));
}

TEST_F(Description, AnotherMajorVersionIsRefusedAndAnyMinorOneTaken) {
  for (const int major : {EC_ABI_MAJOR - 1, EC_ABI_MAJOR + 1, 0xFFFF})
    EXPECT_TRUE(
        contains(open_with("plugin", offsetof(ec_plugin, abi_major), static_cast<std::uint16_t>(major)).message,
                 "built for version " + std::to_string(major) + " of the plugin interface, this libeventcore has "));
  for (const int minor : {0, EC_ABI_MINOR + 1, 0xFFFF})
    EXPECT_EQ(open_with("plugin", offsetof(ec_plugin, abi_minor), static_cast<std::uint16_t>(minor)).status, EC_OK);
}

TEST_F(Description, SizesThatAreTooSmallAreRefusedAndLargerOnesTaken) {
  const auto plugin_size = [&](std::size_t size) {
    return open_with("plugin", offsetof(ec_plugin, struct_size), static_cast<std::uint32_t>(size));
  };
  const auto table_size = [&](std::size_t size) {
    return open_with("api", offsetof(ec_store_api, struct_size), static_cast<std::uint32_t>(size));
  };
  for (const std::size_t size : {std::size_t{0}, sizeof(ec_plugin) - 1})
    EXPECT_TRUE(contains(plugin_size(size).message, "its ec_plugin has " + std::to_string(size) + " bytes, at least"));
  for (const std::size_t size : {std::size_t{0}, sizeof(ec_store_api) - 1})
    EXPECT_TRUE(contains(table_size(size).message, "its table has " + std::to_string(size) + " bytes, at least"));
  EXPECT_EQ(plugin_size(sizeof(ec_plugin) + 1).status, EC_OK) << "a newer one";
  EXPECT_EQ(table_size(sizeof(ec_store_api) + 1).status, EC_OK) << "a newer one";
}

TEST_F(Description, EveryFunctionOfTheTableMustBeThere) {
  for (std::size_t offset = offsetof(ec_store_api, close); offset < sizeof(ec_store_api); offset += sizeof(void*))
    EXPECT_TRUE(contains(open_with("api", offset, std::uint64_t{0}).message, "a function is missing in its table"))
        << offset;
  for (const std::size_t offset : {offsetof(ec_plugin, api), offsetof(ec_plugin, open)})
    EXPECT_TRUE(contains(open_with("plugin", offset, std::uint64_t{0}).message, "no open function or no table"));
}

TEST_F(Description, ANameAndASchemaMustBeThere) {
  for (const std::size_t part : {offsetof(ec_str, data), offsetof(ec_str, size)})
    EXPECT_TRUE(contains(open_with("plugin", offsetof(ec_plugin, name) + part, std::uint64_t{0}).message, "no name"));
  EXPECT_TRUE(contains(open_with("plugin", offsetof(ec_plugin, options), std::uint64_t{0}).message,
                       "its option schema is broken"));
  for (const std::uint64_t stride : {std::uint64_t{0}, sizeof(ec_option) - 1, sizeof(ec_option) + 1})
    EXPECT_TRUE(contains(open_with("plugin", offsetof(ec_plugin, option_stride), stride).message,
                         "its option schema is broken"));
}

// What a call on the extension answers.
Opened use(const std::string& extension, const std::string& file) {
  const std::string yaml = "plugin: " + file;
  ec_error error = EC_ERROR_INIT;
  ec_store* store = nullptr;
  ec_status status = ec_store_open_text(text(yaml), text("bank.yaml"), nullptr, &store, &error);
  if (status != EC_OK) return {status, error.message};
  ec_position position{};
  std::uint64_t number = 0;
  ec_blob* blob = nullptr;
  ec_bytes bytes{};
  if (extension == "checkpoint") status = ec_store_checkpoint_load(store, text("a"), nullptr, &position, &error);
  if (extension == "lease") status = ec_store_lease_acquire(store, text("a"), text("b"), 1, nullptr, &number, &error);
  if (extension == "snapshot")
    status = ec_store_snapshot_load(store, text("a"), nullptr, &blob, &bytes, &number, &error);
  if (extension == "notify") status = ec_store_wait(store, position, nullptr, &position, &error);
  ec_store_interrupt(store);
  ec_store_close(store);
  return {status, error.message};
}

TEST_F(Description, AnExtensionWithAHoleIsNone) {
  // As they were first released; what came later may be missing.
  const std::pair<const char*, std::size_t> tables[] = {{"checkpoint", sizeof(ec_checkpoint_api)},
                                                        {"lease", sizeof(ec_lease_api)},
                                                        {"snapshot", offsetof(ec_snapshot_api, read_on)},
                                                        {"notify", sizeof(ec_notify_api)}};
  for (const auto& [table, size] : tables) {
    EXPECT_EQ(use(table, telling_plugin()).status, EC_UNAVAILABLE) << "whole, it is used";
    for (std::size_t offset = 2 * sizeof(std::uint32_t); offset < size; offset += sizeof(void*)) {
      const Opened used =
          with(table, offset, std::uint64_t{0}, [&](const std::string& file) { return use(table, file); });
      EXPECT_EQ(used.status, EC_UNSUPPORTED) << table << " " << offset;
      EXPECT_TRUE(contains(used.message, "plugin 'telling' has no "));
    }
    EXPECT_EQ(with(table, 0, static_cast<std::uint32_t>(size - 1),
                   [&](const std::string& file) { return use(table, file).status; }),
              EC_UNSUPPORTED)
        << table << ", too small";
  }
}

}  // namespace
}  // namespace ec::hostile
