// Lies at the border itself: exceptions, errors and status codes of the C functions. Honest tellers pass through.
#include "lies.hpp"

#include <atomic>
#include <stdexcept>
#include <utility>

namespace ec::liar {

namespace {

// What the C functions below do besides.
class AtTheBorder : public Teller {
 public:
  virtual void before_append() const {}
  virtual void before_read() const {}
  virtual ec_status after(ec_status status, ec_error*) const { return status; }
  virtual void after_append(ec_outcome&) const {}
};

class ExceptionFromAppend : public AtTheBorder {
  void before_append() const override {
    if (++count_ % 2 == 0) throw std::runtime_error("thrown by append");
  }
  mutable std::atomic<unsigned> count_{0};
};

class ExceptionFromRead : public AtTheBorder {
  void before_read() const override { throw std::runtime_error("thrown by read"); }
};

class ExceptionOfNoKind : public AtTheBorder {
  void before_read() const override { throw 42; }
};

class ErrorTouchedOnSuccess : public AtTheBorder {
  ec_status after(ec_status status, ec_error* error) const override {
    if (status == EC_OK && error != nullptr) error->code = EC_OK;
    return status;
  }
  void after_append(ec_outcome& outcome) const override { after(outcome.status, outcome.error); }
};

class ErrorLeftEmpty : public AtTheBorder {
  void append_one(const ec_append& request, ec_outcome& outcome) override {
    ec_error aside = EC_ERROR_INIT;
    ec_error* const told = std::exchange(outcome.error, &aside);
    Teller::append_one(request, outcome);
    outcome.error = told;
  }
};

class ErrorWithoutWords : public AtTheBorder {
  void after_append(ec_outcome& outcome) const override {
    if (outcome.status != EC_OK) outcome.error->message[0] = '\0';
  }
};

class UnknownStatus : public AtTheBorder {
  void after_append(ec_outcome& outcome) const override {
    if (outcome.status == EC_CONFLICT) outcome.status = outcome.error->code = 4711;
  }
};

const AtTheBorder* border(ec_backend* backend) {
  return dynamic_cast<const AtTheBorder*>(reinterpret_cast<const Teller*>(backend));
}

using Honest = plugin::Tables<Teller>;

ec_status append(ec_backend* backend, const ec_append* appends, std::size_t append_stride, ec_outcome* outcomes,
                 std::size_t outcome_stride, std::size_t count, const ec_call* call, ec_error* error) {
  const AtTheBorder* liar = border(backend);
  if (liar != nullptr) liar->before_append();
  const ec_status status =
      Honest::append(backend, appends, append_stride, outcomes, outcome_stride, count, call, error);
  if (liar != nullptr && status == EC_OK)
    for (ec_outcome& each : plugin::strided(outcomes, count, outcome_stride)) liar->after_append(each);
  return status;
}

ec_status read(ec_backend* backend, const ec_read* request, const ec_call* call, ec_cursor** cursor, ec_error* error) {
  const AtTheBorder* liar = border(backend);
  if (liar != nullptr) liar->before_read();
  const ec_status status = Honest::read(backend, request, call, cursor, error);
  return liar == nullptr ? status : liar->after(status, error);
}

ec_status head(ec_backend* backend, const ec_call* call, ec_position* position, ec_error* error) {
  const AtTheBorder* liar = border(backend);
  const ec_status status = Honest::head(backend, call, position, error);
  return liar == nullptr ? status : liar->after(status, error);
}

constexpr Lie lies[] = {
    {"exception_from_append", make<ExceptionFromAppend>},
    {"exception_from_read", make<ExceptionFromRead>},
    {"exception_of_no_kind", make<ExceptionOfNoKind>},
    {"error_touched_on_success", make<ErrorTouchedOnSuccess>},
    {"error_left_empty", make<ErrorLeftEmpty>},
    {"error_without_words", make<ErrorWithoutWords>},
    {"unknown_status", make<UnknownStatus>},
};

}  // namespace

constinit const ec_store_api border_api = [] {
  ec_store_api api = Honest::api;
  api.append = append;
  api.read = read;
  api.head = head;
  return api;
}();

std::span<const Lie> border_lies() { return lies; }

}  // namespace ec::liar
