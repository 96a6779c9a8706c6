"""Events that a careless tool would change on their way."""
import base64

from support import commit_id, line, ndjson

# As they stand in a line, to the byte.
JSON = [
    '{"a":1}', '{ "a" :  1 ,\t"b":[ ] }', '1', '-0', '0.0', '1E400', '1e+5', '-1.50', '123456789012345678901234567890',
    '18446744073709551615', 'null', 'true', '""', '"\\u0000"', '"\\u00e4\\u0041\\ud83d\\ude00"', '"\\/"', '"ä😀"',
    '{"a":1,"a":2}', '{"":{"":[[[]]]}}', '[1.0,1,1e0]', '"\\"\\\\"', '"\u2028\u007f"', '[' * 63 + ']' * 63,
]
# Bytes that are no JSON, or do not come back the same within a line.
BYTES = [
    b"", b"\x00", b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"not json", b"{'a':1}", b'{"a":1', b"1 2", b" 1", b"1 ", b"1\n",
    b'{\n  "a": 1\n}', b"{\r}", b"\r\n", b"01", b"[1,]", b'"\x01"', b'"\\x"', b'"\\ud800"', b"\xef\xbb\xbf1", b"NaN",
    b"[" * 64 + b"]" * 64, b"[" * 65 + b"]" * 65, b"[" * 10000, b"1,2", b"1],[2", b"=" * 5, bytes(range(256)),
]
STREAMS = ['"', "\\", 'a"b\\c', "'", "😀/ü", "a b", "e\u0301", "\u2028", "/", "a" * 255, "account/1", "{}", "%", "<&>"]
TIMES = [
    "1969-12-31T23:59:59.999999Z", "0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z", 253402300800000000,
    -62135596800000001, 9223372036854775807, -9223372036854775808, 1, -1, "2024-02-29T12:00:00.000001Z",
    "1900-02-28T00:00:00.100000Z",
]
ENCODINGS = ["bytes", "json", "cbor", "protobuf", 4, 999, 1000, 4294967295]


def encoded(raw):
    return base64.b64encode(raw).decode()


def events():
    """The lines of an import with all of that."""
    versions, made = {}, []

    def add(stream="s", data=None, **more):
        versions[stream] = versions.get(stream, 0) + 1
        text = ndjson(line(stream, versions[stream], data=None, **more)).rstrip("\n")
        made.append(text if data is None else text[:-1] + ',"data":' + data + "}")

    for text in JSON:
        add(data=text)
        add(data="1", metadata_base64=encoded(text.encode()))
    for raw in BYTES:
        add(data_base64=encoded(raw))
        add(data="1", metadata_base64=encoded(raw))
    for stream in STREAMS:
        add(stream, data="1")
        add(data="1", type=stream)
    for time in TIMES:
        add(data="1", time=time)
    for encoding in ENCODINGS:
        add(data="1", encoding=encoding)
        add(data_base64=encoded(b"\xff"), encoding=encoding)
    for version in (0, 1, 2, 4294967295):
        add(data="1", schema_version=version)
    add(data_base64=encoded(bytes(range(256)) * 4096))
    add(data='"' + "ä" * 524288 + '"')
    add()
    # Commits over several streams, beside each other and beside events without one.
    for commit in range(3):
        for stream in ("x", "y", "x", f"z{commit}"):
            add(stream, data=str(commit), commit=commit_id(commit), id=commit_id(1000 + len(made)))
    add("x", data="1")
    return "".join(each + "\n" for each in made)
