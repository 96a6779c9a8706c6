// Requests to the ABI as a hostile host makes them: every size, stride, count, flag, mode and text there is. Pointers
// alone are honest, as the contract has it: an array holds as many elements as its count says, of its stride.
#pragma once

#include "input.hpp"

#include <eventcore/abi/eventcore.h>

#include <deque>
#include <string>
#include <vector>

namespace fuzz {

// Makes requests and keeps what they point to, for as long as it lives.
class Hostile {
 public:
  explicit Hostile(Input& input) : input_(input) {}
  Hostile(const Hostile&) = delete;
  Hostile& operator=(const Hostile&) = delete;

  Input& input() { return input_; }

  // Mostly right.
  std::uint32_t size(std::size_t right) {
    const std::size_t choices[] = {right, right, right, right, right, right, right + 1, right + 8, right - 1, 0, ~0U};
    return static_cast<std::uint32_t>(input_.one_of(choices));
  }
  std::uint32_t flags() { return input_.below(8) == 0 ? static_cast<std::uint32_t>(input_.any_number()) : 0; }

  // An id that other calls use as well, or anything.
  ec_str stream() {
    static constexpr std::string_view known[] = {"a",    "b",  "account/a", "account/b", "\xC3\xA9",
                                                 "$own", "a*", "a\x01",     "\xFF",      ""};
    return input_.below(4) != 0 ? keep(input_.one_of(known)) : any_text();
  }
  ec_str any_text() {
    switch (input_.below(8)) {
      case 0: return {nullptr, 0};
      case 1: return {nullptr, 1 + input_.below(255)};
      case 2: return keep(std::string(input_.number<std::uint16_t>() % 5000, 'x'));
      default: return keep(input_.text());
    }
  }
  ec_bytes any_bytes() {
    const ec_str text = any_text();
    return {reinterpret_cast<const std::uint8_t*>(text.data), text.size};
  }
  ec_uuid uuid() {
    ec_uuid id{};
    id.bytes[0] = static_cast<std::uint8_t>(input_.below(6));  // zero and few others, so that they come again
    return id;
  }
  ec_position position() { return {input_.below(8) == 0 ? input_.any_number() : 0, input_.any_number()}; }

  const ec_call* call() {
    switch (input_.below(8)) {
      case 0: return &calls_.emplace_back(ec_call{size(sizeof(ec_call)), flags(), 1, nullptr, nullptr, any_text()});
      case 1: return &calls_.emplace_back(ec_call{size(sizeof(ec_call)), flags(), 0, this, cancelled, any_text()});
      default: return nullptr;
    }
  }
  // For what waits until something comes, which nothing does: its time is over.
  const ec_call* short_call() {
    return &calls_.emplace_back(ec_call{size(sizeof(ec_call)), 0, 1 + input_.below(256), nullptr, nullptr, {}});
  }

  ec_append append() {
    ec_append request{size(sizeof(ec_append)), flags(), uuid(), nullptr, 0, 0, nullptr, 0, 0};
    request.expect_count = input_.below(5);
    request.expects = array<ec_expect>(request.expect_count, request.expect_stride, [this] {
      const std::uint32_t modes[] = {
          EC_EXPECT_ANY, EC_EXPECT_ANY, EC_EXPECT_EXACT, EC_EXPECT_ABSENT, EC_EXPECT_EXISTS, 0, 5, ~0U};
      return ec_expect{stream(), input_.any_number(), input_.one_of(modes), flags()};
    });
    events(request.events, request.event_count, request.event_stride);
    return request;
  }
  void events(const ec_new_event*& events, std::size_t& count, std::size_t& stride) {
    count = input_.below(6);
    events = array<ec_new_event>(count, stride, [this] {
      const auto number = [this] { return static_cast<std::uint32_t>(input_.any_number()); };
      return ec_new_event{static_cast<std::uint32_t>(input_.below(6)),    number(), number(),    flags(),    uuid(),
                          static_cast<std::int64_t>(input_.any_number()), stream(), any_bytes(), any_bytes()};
    });
  }
  ec_outcome outcome(std::size_t expect_count, ec_error* error) {
    std::uint64_t* versions = input_.below(2) == 0 ? nullptr : numbers(expect_count);
    return {size(sizeof(ec_outcome)),
            static_cast<ec_status>(flags()),
            flags(),
            flags(),
            position(),
            position(),
            versions,
            error};
  }
  ec_read read() {
    ec_read request{size(sizeof(ec_read)), read_flags(), nullptr, input_.below(20), 0, input_.any_number()};
    request.streams = array<ec_stream_from>(request.stream_count, request.stream_stride,
                                            [this] { return ec_stream_from{stream(), input_.any_number()}; });
    return request;
  }
  ec_read_all read_all() {
    ec_read_all request{
        size(sizeof(ec_read_all)), read_flags(), position(), input_.any_number(), nullptr, 0, nullptr, 0, nullptr, 0};
    texts(request.prefixes, request.prefix_count);
    texts(request.patterns, request.pattern_count);
    texts(request.types, request.type_count);
    return request;
  }
  ec_list list() { return {size(sizeof(ec_list)), flags(), any_text(), any_text(), input_.any_number()}; }

  // Some streams, for a command.
  const ec_str* streams(std::size_t& count) {
    count = input_.below(5);
    std::size_t stride = sizeof(ec_str);
    return array_of<ec_str>(count, stride, [this] { return stream(); });
  }

 private:
  static int cancelled(void* self) { return static_cast<Hostile*>(self)->input_.below(4) == 0 ? 1 : 0; }

  std::uint32_t read_flags() { return input_.below(2) == 0 ? EC_READ_BACKWARD : flags(); }
  ec_str keep(std::string_view text) {
    const std::string_view kept = texts_.emplace_back(text).view();
    return {kept.data(), kept.size()};
  }
  std::uint64_t* numbers(std::size_t count) { return numbers_.emplace_back(count).data(); }
  void texts(const ec_str*& texts, std::size_t& count) {
    static constexpr std::string_view patterns[] = {"*", "a*", "?",    "[a-b]", "[!a]*", "[]]",
                                                    "[", "[a", "**?*", "[z-a]", "\\*"};
    count = input_.below(4);
    std::size_t stride = sizeof(ec_str);
    texts = array_of<ec_str>(count, stride,
                             [&] { return input_.below(2) == 0 ? keep(input_.one_of(patterns)) : any_text(); });
  }

  // An array of a stride that is right, larger, or wrong; or none, of whatever count.
  template <class T, class Make>
  const T* array(std::size_t count, std::size_t& stride, Make&& make) {
    const std::size_t strides[] = {
        sizeof(T),     sizeof(T),     sizeof(T), sizeof(T), sizeof(T) + 8, sizeof(T) + 64, sizeof(T) + 1, sizeof(T) + 4,
        sizeof(T) - 1, sizeof(T) - 8, 1,         0};
    stride = input_.one_of(strides);
    if (input_.below(16) == 0) return nullptr;
    return array_of<T>(count, stride, make);
  }
  template <class T, class Make>
  const T* array_of(std::size_t count, std::size_t stride, Make&& make) {
    std::vector<char> bytes(count == 0 ? 0 : (count - 1) * stride + sizeof(T));
    for (std::size_t i = 0; i < count; ++i) {
      const T element = make();
      std::memcpy(bytes.data() + i * stride, &element, sizeof element);
    }
    return reinterpret_cast<const T*>(arrays_.emplace_back(std::move(bytes)).data());
  }

  Input& input_;
  std::deque<Exact> texts_;
  std::deque<ec_call> calls_;
  std::deque<std::vector<char>> arrays_;
  std::deque<std::vector<std::uint64_t>> numbers_;
};

}  // namespace fuzz
