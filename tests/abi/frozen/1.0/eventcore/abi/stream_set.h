/* eventcore ABI, StreamSet: which streams a call is about, from where it reads them and what it expects of them.
 *
 * A stream id is 1 to 255 bytes of UTF-8 without control characters and without any of * ? [ ]; ids that begin with $
 * are the store's own and refused from outside. Ids are compared byte by byte. A stream that has no event does not
 * exist: its version is 0.
 *
 *   const ec_expect transfer[] = {{EC_LIT("account/a"), 7, EC_EXPECT_EXACT, 0},
 *                                 {EC_LIT("account/b"), 0, EC_EXPECT_ABSENT, 0}};
 */
#ifndef EVENTCORE_ABI_STREAM_SET_H
#define EVENTCORE_ABI_STREAM_SET_H

#include <eventcore/abi/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An ec_str initialiser from a string literal. */
#define EC_LIT(literal) {(literal), sizeof(literal) - 1}

/* A stream of a read. Forward: its events with a version above after_version. Backward: those below it, and 0 stands
 * for "from the end". */
typedef struct ec_stream_from {
  ec_str stream;
  uint64_t after_version;
} ec_stream_from;

/* What an append expects of a stream. 0 is not a mode, so that a forgotten member is noticed. */
enum {
  EC_EXPECT_EXACT = 1,  /* the stream has exactly `version` events (0: none) */
  EC_EXPECT_ABSENT = 2, /* it has none */
  EC_EXPECT_EXISTS = 3, /* it has at least one */
  EC_EXPECT_ANY = 4     /* no condition; names a stream to write to */
};

/* One expectation. A stream that the append writes no event to is a read-only participant: it is checked all the same.
 * A stream stands at most once among the expectations of an append. */
typedef struct ec_expect {
  ec_str stream;
  uint64_t version; /* for EC_EXPECT_EXACT, 0 otherwise */
  uint32_t mode;    /* EC_EXPECT_* */
  uint32_t reserved;
} ec_expect;

#ifdef __cplusplus
}
#endif
#endif
