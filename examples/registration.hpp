// Users and their e-mail addresses. Each address has a stream of its own, which says whose it is: a command with the
// user's stream and the address's in its set claims one for the other, and of all who want it at once one gets it.
#pragma once

#include <eventcore/eventcore.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace users {

// In user/ID.
struct UserRegistered {
  ec::StreamId email;
};
struct EmailChanged {
  ec::StreamId email;
};
// In email/ADDRESS.
struct EmailClaimed {
  ec::StreamId user;
};
struct EmailReleased {
  ec::StreamId user;
};

EC_EVENT(UserRegistered, "user-registered", email)
EC_EVENT(EmailChanged, "email-changed", email)
EC_EVENT(EmailClaimed, "email-claimed", user)
EC_EVENT(EmailReleased, "email-released", user)

// The stream of an address as somebody typed it: without space around it, ASCII letters small, since few would have two
// mailboxes that differ in nothing else. What no stream may be called is no address here, and the error says why. A
// name of a stream stays for ever; where an address must not, a keyed hash of it does as well.
inline ec::Result<ec::StreamId> email_of(std::string_view typed) {
  constexpr std::string_view space = " \t\r\n";
  const std::size_t begin = std::min(typed.find_first_not_of(space), typed.size());
  std::string address(typed.substr(begin, typed.find_last_not_of(space) + 1 - begin));
  for (char& letter : address)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  const std::size_t at = address.rfind('@');
  if (at == std::string::npos || at == 0 || at + 1 == address.size() ||
      address.find_first_of(space) != std::string::npos)
    return std::unexpected(ec::Error{ec::Code::invalid, "'" + address + "' is no e-mail address"});
  return ec::StreamId::parse("email/" + address);
}

struct AddressTaken {
  ec::StreamId email;
  std::string message() const { return email.str().substr(email.str().find('/') + 1) + " is taken"; }
};

// snippet: register
struct RegisterUser {
  ec::StreamId user, email;

  using Streams = ec::StreamSet<&RegisterUser::user, &RegisterUser::email>;
  using Events = ec::Events<UserRegistered, EmailClaimed, EmailReleased>;
  using Ignores = ec::Ignore<EmailChanged>;
  using Rejections = ec::Rejections<AddressTaken>;
  struct State {
    bool is_registered = false, is_taken = false;
  };

  void apply(State& s, const ec::Recorded<UserRegistered>&) const { s.is_registered = true; }
  void apply(State& s, const ec::Recorded<EmailClaimed>&) const { s.is_taken = true; }
  void apply(State& s, const ec::Recorded<EmailReleased>&) const { s.is_taken = false; }

  ec::Result<> decide(const State& s, ec::Decision<RegisterUser>& out) const {
    EC_REQUIRE(!s.is_registered, "{} is registered already", user);
    if (s.is_taken) return out.reject(AddressTaken{email});
    out.write<&RegisterUser::user>(UserRegistered{email});
    out.write<&RegisterUser::email>(EmailClaimed{user});
    return {};
  }
};
// snippet end

// Claims the new address and releases the old one, which stands in the user's events.
struct ChangeEmail {
  ec::StreamId user, email;

  using Streams = ec::StreamSet<&ChangeEmail::user, &ChangeEmail::email>;
  using Events = ec::Events<UserRegistered, EmailChanged, EmailClaimed, EmailReleased>;
  using Rejections = ec::Rejections<AddressTaken>;
  struct State {
    std::optional<ec::StreamId> old;
    bool is_taken = false;
  };

  void apply(State& s, const ec::Recorded<UserRegistered>& e) const { s.old = e->email; }
  void apply(State& s, const ec::Recorded<EmailChanged>& e) const { s.old = e->email; }
  void apply(State& s, const ec::Recorded<EmailClaimed>& e) const {
    if (e.stream() == email) s.is_taken = true;
  }
  void apply(State& s, const ec::Recorded<EmailReleased>& e) const {
    if (e.stream() == email) s.is_taken = false;
  }

  std::vector<ec::StreamId> discover(const State& s) const {
    if (!s.old) return {};
    return {*s.old};
  }

  ec::Result<> decide(const State& s, ec::Decision<ChangeEmail>& out) const {
    EC_REQUIRE(s.old, "{} is not registered", user);
    if (s.old == email) return {};
    if (s.is_taken) return out.reject(AddressTaken{email});

    out.write_to(*s.old, EmailReleased{user});
    out.write<&ChangeEmail::email>(EmailClaimed{user});
    out.write<&ChangeEmail::user>(EmailChanged{email});
    return {};
  }
};

}  // namespace users
