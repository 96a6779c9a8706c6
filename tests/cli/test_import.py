"""What an import makes of files that are not as they should be, and of files that it has seen before."""
import json

import support
from support import commit_id, line, many, ndjson

# What stands before the bad line: an event alone, a commit over two streams, and the beginning of a commit.
GOOD = [line("a", 1), line("a", 2, commit_id(1)), line("b", 1, commit_id(1))]
OPEN = [line("c", 1, commit_id(2)), line("a", 3, commit_id(2))]

# What stands behind it: in the middle of a group, its last line, the last line of the file without an end.
BEHIND = "\n" + ndjson(line("d", 1, commit_id(2)), line("e", 1))
ENDS = (BEHIND, "\n", "")


class Test(support.Case):
    def check_refused(self, bad, why, config=None, ends=(BEHIND,)):
        for behind in ends:
            text = ndjson(*GOOD, *OPEN).encode() + bad.encode("utf-8", "surrogateescape") + behind.encode()
            complaint = self.fails(2, "import", config=config or support.MEMORY, stdin=text)
            self.assertRegex(complaint, r"^eventcore: line 6: ", bad)
            self.assertIn(why, complaint)
            self.assertIn("before it: 3 events imported in 2 appends, 0 " if config is None else "before it: ", complaint)
            if config is not None:
                self.assertEqual([(each["stream"], each["version"]) for each in self.events(config)],
                                 [("a", 1), ("a", 2), ("b", 1)], bad)

    def test_import_bad_lines(self):
        rest = f'"version":2,"commit":"{commit_id(2)}","type":"t"'
        for bad, why in (
                ("nonsense", "object is needed"),
                ("{", "offset 1"),
                ("[]", "object is needed"),
                (f'{{"stream":"c",{rest},"data":1}} x', "text behind the value"),
                (f'{{"stream":"c",{rest},"data":1}}{{}}', "text behind the value"),
                (f'{{"stream":"c",{rest},"data":01}}', "must not begin with 0"),
                (f'{{"stream":"c",{rest},"data":{{"a":}}}}', "number is needed"),
                (f'{{"stream":"c",{rest},"data":"\0"}}', "control character"),
                (f'{{"stream":"c",{rest},"data":1}}\0', "text behind the value"),
                ("\0", "object is needed"),
                (f'{{"stream":"c",{rest},"data":"\udcff"}}', "UTF-8"),
                (f'{{"stream":"c",{rest},"data":"\r"}}', "control character"),
                (f'{{"stream":"c",{rest},"data_base64":"QQ="}}', "member 'data_base64': base64 is needed"),
                (f'{{"stream":"c",{rest},"data_base64":"QR=="}}', "member 'data_base64': base64 is needed"),
                (f'{{"stream":"c",{rest},"data_base64":"Q Q="}}', "member 'data_base64': base64 is needed"),
                (f'{{"stream":"c",{rest},"data_base64":7}}', "member 'data_base64'"),
                (f'{{"stream":"c",{rest},"data":1,"data_base64":"QQ=="}}', "member 'data'"),
                (f'{{"stream":"c",{rest},"data":1,"metadata_base64":"Q"}}', "member 'metadata_base64'"),
                (f'{{"stream":"c",{rest},"data":1,"versoin":2}}', "member 'versoin': is unknown"),
                (f'{{"stream":"c",{rest},"data":1,"data":1}}', "'data' stands here twice"),
                (f'{{"stream":"c",{rest},"stream":"c"}}', "'stream' stands here twice"),
                (f'{{{rest}}}', "member 'stream': is missing"),
                (f'{{"stream":"",{rest}}}', "member 'stream'"),
                (f'{{"stream":"a*",{rest}}}', "member 'stream'"),
                (f'{{"stream":null,{rest}}}', "member 'stream'"),
                ('{"stream":"c","version":2}', "member 'type': is missing"),
                ('{"stream":"c","type":"t"}', "neither a version nor a commit"),
                (f'{{"stream":"c",{rest},"encoding":"xml"}}', "member 'encoding'"),
                (f'{{"stream":"c",{rest},"encoding":4294967296}}', "member 'encoding'"),
                (f'{{"stream":"c",{rest},"schema_version":-1}}', "member 'schema_version'"),
                (f'{{"stream":"c",{rest},"time":"yesterday"}}', "member 'time'"),
                (f'{{"stream":"c",{rest},"time":"2026-02-30T00:00:00Z"}}', "member 'time'"),
                (f'{{"stream":"c",{rest},"id":"7"}}', "member 'id'"),
                (f'{{"stream":"c",{rest},"position":"x"}}', "member 'position'"),
                ('{"stream":"c","version":2,"commit":"x","type":"t"}', "member 'commit'"),
                ('{"stream":"c","version":0,"type":"t"}', "member 'version': the first of a stream is 1"),
                ('{"stream":"c","version":-1,"type":"t"}', "member 'version'"),
                ('{"stream":"c","version":18446744073709551616,"type":"t"}', "member 'version'"),
        ):
            with self.subTest(bad):
                self.check_refused(bad, why)
        self.check_refused(bad, why, config=self.rocksdb(), ends=ENDS)

    def test_import_bad_line_behind_one_without_a_commit(self):
        """Which is an append of its own, and whole."""
        config = self.rocksdb()
        complaint = self.fails(2, "import", config=config, stdin=ndjson(line("a", 1), "bad"))
        self.assertRegex(complaint, "^eventcore: line 2: ")
        self.assertIn("1 events imported in 1 appends", complaint)
        self.assertEqual(len(self.events(config)), 1)

    def test_import_bad_version_in_a_commit(self):
        for version, why in ((3, "version 3 of stream 'c' where 2 is next"), (1, "version 1 of stream 'c' where 2 is"),
                             (None, "either all events of stream 'c' have a version or none")):
            self.check_refused(ndjson(line("c", version, commit_id(2))).strip(), why, ends=ENDS)

    def test_import_lines_that_only_the_store_refuses(self):
        """They are found when the batch is sent, and are still told by their line."""
        for bad in ({"type": "a*b"}, {"type": ""}, {"type": "a\nb"}, {"type": "x" * 256}):
            complaint = self.fails(2, "import", config=self.rocksdb(), stdin=ndjson(
                *GOOD, line("c", 1, **bad), line("d", 1)))
            self.assertRegex(complaint, "^eventcore: line 4: ")
            self.assertEqual(len(self.events(self.rocksdb())), 3)

    def test_import_payload_above_the_limit(self):
        config = self.rocksdb("max_payload: 1000")
        text = ndjson(*GOOD, line("c", 1, data="x" * 999), line("d", 1))
        self.assertRegex(self.fails(2, "import", config=config, stdin=text), "^eventcore: line 4: ")
        self.assertEqual(len(self.events(config)), 3)
        # Too long to be any event of this store; it is not read to its end.
        text = ndjson(*GOOD, line("c", 1, data="x" * 3_000_000), line("d", 1))
        self.assertRegex(self.fails(2, "import", config=config, stdin=text), "^eventcore: line 4: it is longer than")
        self.assertEqual(len(self.events(config)), 3)

    def test_import_crlf_bom_and_blank_lines(self):
        text = "\ufeff" + ndjson(*GOOD, "", " \t", *OPEN).replace("\n", "\r\n") + "\n\n"
        config = self.rocksdb_with(text)
        self.assertEqual(len(self.events(config)), 5)
        self.assertEqual(self.works("import", config=config, stdin=text),
                         "0 events imported in 0 appends, 5 were there before\n")
        # A blank line parts no commit, and counts.
        complaint = self.fails(2, "import", config=config, stdin="\r\n\n" + "bad\n")
        self.assertRegex(complaint, "^eventcore: line 3: ")

    def test_import_nothing(self):
        for text in ("", "\n", "\ufeff", "\r\n"):
            self.assertEqual(self.works("import", config=self.rocksdb(), stdin=text),
                             "0 events imported in 0 appends, 0 were there before\n")

    def test_import_groups_are_one_append(self):
        config = self.rocksdb_with(ndjson(*GOOD, *OPEN, line("d", 1), line("d", 2)))
        told = json.loads(self.works("import", "--json", config=self.rocksdb(name="other", data="other"),
                                     stdin=self.exported(config)))
        self.assertEqual(told, {"events": 7, "appends": 5, "already_there": 0})

    def test_import_without_versions(self):
        """By their commits alone: behind what is there, and once."""
        text = ndjson(line("a", commit=commit_id(1)), line("a", commit=commit_id(1)), line("b", commit=commit_id(2)))
        config = self.rocksdb_with(ndjson(line("a", 1)))
        for told in ("3 events imported in 2 appends, 0", "0 events imported in 0 appends, 3"):
            self.assertEqual(self.works("import", config=config, stdin=text), told + " were there before\n")
        self.assertEqual([(each["stream"], each["version"]) for each in self.events(config)],
                         [("a", 1), ("a", 2), ("a", 3), ("b", 1)])

    def test_import_twice(self):
        text, config = many(3000), self.rocksdb()
        self.assertEqual(json.loads(self.works("import", "--json", config=config, stdin=text))["events"], 3000)
        before = self.exported(config)
        for again in (text, before):
            self.assertEqual(json.loads(self.works("import", "--json", config=config, stdin=again)),
                             {"events": 0, "appends": 0, "already_there": 3000})
        self.assertEqual(self.exported(config), before)

    def test_import_into_the_store_it_came_from(self):
        """Which commands wrote that read streams besides those that they wrote."""
        config = self.bank_store(300)
        before = self.exported(config)
        told = json.loads(self.works("import", "--json", config=config, stdin=before))
        self.assertEqual((told["events"], told["already_there"]), (0, before.count("\n")))
        self.assertEqual(self.exported(config), before)

    def test_import_conflict(self):
        config = self.rocksdb_with(ndjson(line("a", 1, data=1), line("a", 2, data=2)))
        for other in (line("a", 2, data=3), line("a", 2, type="u"), line("a", 4), line("b", 2),
                      line("a", 2, commit_id(9), data=2)):
            complaint = self.fails(3, "import", config=config, stdin=ndjson(line("a", 1, data=1), other, line("c", 1)))
            self.assertRegex(complaint, "^eventcore: line 2: stream '[ab]' has version ")
        self.assertEqual(len(self.events(config)), 2)

    def test_import_stops_at_a_conflict_behind_lines_that_are_there(self):
        """However many are sent together: what stands behind the refused line is not stored."""
        there = [line("a", n, data=n) for n in range(1, 11)]
        config = self.rocksdb_with(ndjson(*there))
        there[4] = line("a", 5, data="another")
        complaint = self.fails(3, "import", config=config, stdin=ndjson(*there, line("b", 1), line("c", 1)))
        self.assertRegex(complaint, "^eventcore: line 5: stream 'a' has version 10")
        self.assertIn("4 were there before", complaint)
        self.assertEqual(len(self.events(config)), 10)

    def test_import_stops_at_a_commit_id_of_another_append(self):
        config = self.rocksdb_with(ndjson(line("a", 1, commit_id(1))))
        for other in (line("b", 1, commit_id(1)), line("b", commit=commit_id(1))):
            complaint = self.fails(3, "import", config=config, stdin=ndjson(line("c", 1), other, line("d", 1)))
            self.assertRegex(complaint, "^eventcore: line 2: the commit id was used before")
            self.assertEqual([each["stream"] for each in self.events(config)], ["a", "c"])

    def test_import_memory(self):
        self.assertEqual(self.works("import", config=support.MEMORY, stdin=many(100)),
                         "100 events imported in 56 appends, 0 were there before\n")

    def test_import_file_that_is_not_there(self):
        config = self.rocksdb()
        self.assertIn("No such file", self.fails(2, "import", self.path("none"), config=config))
        self.assertIn("it is a folder", self.fails(2, "import", self.folder, config=config))

    def test_import_into_a_store_for_reading(self):
        self.rocksdb_with(ndjson(line("a", 1)))
        complaint = self.fails(2, "import", config=self.rocksdb("read_only: true"), stdin=ndjson(line("a", 2)))
        self.assertIn("for reading only", complaint)


if __name__ == "__main__":
    support.main()
