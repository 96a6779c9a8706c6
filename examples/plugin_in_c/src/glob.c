#include "filter.h"

static unsigned char first_byte(ec_str text) { return (unsigned char)text.data[0]; }

static void skip(ec_str* text, size_t bytes) {
  text->data += bytes;
  text->size -= bytes;
}

/* Takes the code point off that the text begins with. The text is not empty. */
static uint32_t take_code_point(ec_str* text) {
  const unsigned char lead = first_byte(*text);
  size_t size = lead < 0x80U ? 1 : lead < 0xE0U ? 2 : lead < 0xF0U ? 3 : 4;
  if (size > text->size) size = text->size;
  uint32_t point = size == 1 ? lead : lead & (0x3FU >> (size - 1));
  for (size_t i = 1; i < size; ++i) point = (point << 6U) | ((unsigned char)text->data[i] & 0x3FU);
  skip(text, size);
  return point;
}

/* `set` begins behind the '['. Takes it off, its ']' included. One that is not closed matches nothing; libeventcore
 * refuses it before it comes here. */
static int take_set(ec_str* set, uint32_t point) {
  int inverted = 0;
  int found = 0;
  if (set->size > 0 && (first_byte(*set) == '!' || first_byte(*set) == '^')) {
    inverted = 1;
    skip(set, 1);
  }
  for (int first = 1; set->size > 0; first = 0) {
    if (first_byte(*set) == ']' && !first) {
      skip(set, 1);
      return found != inverted;
    }
    const uint32_t low = take_code_point(set);
    uint32_t high = low;
    if (set->size >= 2 && set->data[0] == '-' && set->data[1] != ']') {
      skip(set, 1);
      high = take_code_point(set);
    }
    if (low <= point && point <= high) found = 1;
  }
  return 0;
}

/* Takes one character off the text and what stands for it off the pattern, if they go together. Neither is empty, and
 * the pattern does not begin with '*'. */
static int take_one(ec_str* pattern, ec_str* text) {
  const uint32_t point = take_code_point(text);
  switch (first_byte(*pattern)) {
    case '?': skip(pattern, 1); return 1;
    case '[': skip(pattern, 1); return take_set(pattern, point);
    default: return take_code_point(pattern) == point;
  }
}

/* When a character does not go with the pattern, the last '*' takes one more. Going back to it alone is enough, and keeps
 * patterns of many stars from taking for ever. */
int glob_matches(ec_str pattern, ec_str text) {
  ec_str behind_star = {NULL, 0};
  ec_str star_text = {NULL, 0};
  while (text.size > 0 || pattern.size > 0) {
    if (pattern.size > 0 && first_byte(pattern) == '*') {
      skip(&pattern, 1);
      behind_star = pattern;
      star_text = text;
      continue;
    }
    ec_str rest_of_pattern = pattern;
    ec_str rest_of_text = text;
    if (pattern.size > 0 && text.size > 0 && take_one(&rest_of_pattern, &rest_of_text)) {
      pattern = rest_of_pattern;
      text = rest_of_text;
      continue;
    }
    if (behind_star.data == NULL || star_text.size == 0) return 0;
    take_code_point(&star_text);
    pattern = behind_star;
    text = star_text;
  }
  return 1;
}
