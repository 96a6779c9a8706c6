"""Which structs of the ABI may grow at their end: those that begin with struct_size and those whose arrays travel with a
stride. ec_plugin's struct_size stands second.
"""
import re
import sys

STRIDED = {"ec_stream_from", "ec_expect", "ec_new_event", "ec_event", "ec_option", "ec_setting", "ec_plugin"}
FIXED = {"ec_str", "ec_bytes", "ec_uuid", "ec_position", "ec_stream_info"}  # these never do
STRUCT = re.compile(r"typedef struct (\w+) \{(.*?)\} \1;", re.S)


def may_grow(name, body):
    if name in FIXED:
        return False
    if name not in STRIDED and not body.lstrip().startswith("uint32_t struct_size;"):
        sys.exit(f"{name}: may it grow? It is neither in STRIDED nor in FIXED of growing.py and has no struct_size")
    return True
