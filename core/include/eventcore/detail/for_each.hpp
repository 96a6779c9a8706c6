// EC_DETAIL_FOR_EACH(macro, context, a, b, c) -> macro(context, a) macro(context, b) macro(context, c), up to 256
// times.
#pragma once

#define EC_DETAIL_PARENS ()
#define EC_DETAIL_EXPAND(...) \
  EC_DETAIL_EXPAND_4(EC_DETAIL_EXPAND_4(EC_DETAIL_EXPAND_4(EC_DETAIL_EXPAND_4(__VA_ARGS__))))
#define EC_DETAIL_EXPAND_4(...) \
  EC_DETAIL_EXPAND_3(EC_DETAIL_EXPAND_3(EC_DETAIL_EXPAND_3(EC_DETAIL_EXPAND_3(__VA_ARGS__))))
#define EC_DETAIL_EXPAND_3(...) \
  EC_DETAIL_EXPAND_2(EC_DETAIL_EXPAND_2(EC_DETAIL_EXPAND_2(EC_DETAIL_EXPAND_2(__VA_ARGS__))))
#define EC_DETAIL_EXPAND_2(...) \
  EC_DETAIL_EXPAND_1(EC_DETAIL_EXPAND_1(EC_DETAIL_EXPAND_1(EC_DETAIL_EXPAND_1(__VA_ARGS__))))
#define EC_DETAIL_EXPAND_1(...) __VA_ARGS__

#define EC_DETAIL_FOR_EACH(macro, context, ...) \
  __VA_OPT__(EC_DETAIL_EXPAND(EC_DETAIL_FOR_EACH_STEP(macro, context, __VA_ARGS__)))
#define EC_DETAIL_FOR_EACH_STEP(macro, context, first, ...) \
  macro(context, first) __VA_OPT__(EC_DETAIL_FOR_EACH_AGAIN EC_DETAIL_PARENS(macro, context, __VA_ARGS__))
#define EC_DETAIL_FOR_EACH_AGAIN() EC_DETAIL_FOR_EACH_STEP
