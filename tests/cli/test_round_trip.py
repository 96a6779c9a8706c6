"""Events that leave a store and come into another one are the same, to the byte."""
import json
import os

import hostile
import support


# Times that are given as a number where that is not needed.
SMALL = {1: "1970-01-01T00:00:00.000001Z", -1: "1969-12-31T23:59:59.999999Z"}


class Test(support.Case):
    def test_round_trip_says_what_was_given(self):
        text = hostile.events()
        config = self.rocksdb_with(text)
        stored = self.exported(config).split("\n")[:-1]
        given = text.split("\n")[:-1]
        self.assertEqual(len(stored), len(given))
        for position, (was, now) in enumerate(zip(given, stored), 1):
            was_read, now_read = json.loads(was), json.loads(now)
            self.assertEqual(now_read.pop("position"), position)
            for name in ("stream", "version", "commit", "type"):
                self.assertEqual(now_read.get(name), was_read.get(name), was)
            for name in ("time", "id"):
                if name in was_read:
                    self.assertEqual(now_read[name], SMALL.get(was_read[name], was_read[name]))
            self.assertEqual(now_read.get("schema_version", 1), was_read.get("schema_version", 1), was)
            self.assertEqual(*(self.encoding(each) for each in (was_read, now_read)), was)
            for name in ("data", "metadata"):
                self.assertEqual(*(self.raw(each, name) for each in (was, now)), was)

    def encoding(self, event):
        implied = "json" if "data" in event else "bytes"
        given = str(event.get("encoding", implied))
        return {"0": "bytes", "1": "json", "2": "cbor", "3": "protobuf"}.get(given, given)

    def raw(self, text, name):
        """The bytes of a member; those of JSON as they stand in the line, of which they are the last one."""
        event = json.loads(text)
        if name + "_base64" in event:
            return hostile.base64.b64decode(event[name + "_base64"], validate=True)
        if name not in event:
            return b""
        rest = text.partition(f'"{name}":')[2].lstrip(" ")
        self.assertIn(name, ("data", "metadata"))
        return rest[:json.JSONDecoder().raw_decode(rest)[1]].encode()

    def test_round_trip_rocksdb(self):
        self.check_moved(self.rocksdb_with(hostile.events()), self.rocksdb(name="other", data="other"))

    def test_round_trip_bank(self):
        self.check_moved(self.bank_store(200), self.rocksdb(name="other", data="other"))

    def test_round_trip_through_a_file(self):
        source, target = self.bank_store(50), self.rocksdb(name="other", data="other")
        self.works("export", "-o", self.path("events"), config=source)
        self.works("import", self.path("events"), config=target)
        self.works("export", "--output", self.path("again"), config=target)
        with open(self.path("events"), "rb") as was, open(self.path("again"), "rb") as now:
            self.assertEqual(was.read(), now.read())
        self.assertFalse(os.path.exists(self.path("events.partial")))


if __name__ == "__main__":
    support.main()
