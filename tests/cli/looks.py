"""What the commands that look into a store say, the same on each backend."""
import json
import signal

import support
from support import EVENTCORE, commit_id, line, ndjson

EVENTS = ndjson(line("account/1", 1, data={"n": 1}), line("account/1", 2, commit_id(1), data={"n": 2}),
                line("account/2", 1, commit_id(1), type="u", data={"n": 3}), line("other", 1, data={"n": 4}))


def numbers(text):
    """Which of the events the lines are."""
    return [json.loads(each)["data"]["n"] for each in text.splitlines()]


class Looks:
    """For a support.Case."""

    def check_info(self, config, plugin, promises):
        told = json.loads(self.works("info", "--json", config=config))
        self.assertEqual((told["plugin"], told["head"]), (plugin, "4"))
        self.assertEqual(set(told["promises"]), promises)
        self.assertRegex(told["store_id"], "^[0-9a-f-]{36}$")
        rows = dict(row.split("\t") for row in self.works("info", config=config).splitlines())
        self.assertEqual(rows["head"], "4")
        self.assertEqual(rows["store id"], told["store_id"])
        self.assertEqual(rows["largest payload"], f"{told['max_payload']} bytes")

    def check_streams(self, config):
        self.assertEqual(self.works("streams", config=config), "2\taccount/1\n1\taccount/2\n1\tother\n")
        self.assertEqual(self.works("streams", "account/", config=config), "2\taccount/1\n1\taccount/2\n")
        self.assertEqual(self.works("streams", "--after", "account/1", config=config), "1\taccount/2\n1\tother\n")
        self.assertEqual(self.works("streams", "--limit", "1", config=config), "2\taccount/1\n")
        self.assertEqual(self.works("streams", "--after", "account/1", "--limit", "1", "a", config=config), "1\taccount/2\n")
        self.assertEqual(self.works("streams", "none", config=config), "")
        told = [json.loads(each) for each in self.works("streams", "--json", config=config).splitlines()]
        self.assertEqual(told, [{"stream": "account/1", "version": 2}, {"stream": "account/2", "version": 1},
                                {"stream": "other", "version": 1}])

    def check_read(self, config):
        self.assertEqual(numbers(self.works("read", "account/1", config=config)), [1, 2])
        self.assertEqual(numbers(self.works("read", "other", "account/1", config=config)), [1, 2, 4])
        self.assertEqual(numbers(self.works("read", "account/1", "--after", "1", config=config)), [2])
        self.assertEqual(self.works("read", "account/1", "--after", "2", config=config), "")
        self.assertEqual(numbers(self.works("read", "account/1", "other", "--backward", config=config)), [4, 2, 1])
        self.assertEqual(numbers(self.works("read", "account/1", "--limit", "1", config=config)), [1])
        self.assertEqual(numbers(self.works("read", "--backward", "--limit", "1", "account/1", config=config)), [2])
        self.assertIn("stream 'none' has no events", self.fails(1, "read", "none", config=config))
        self.assertIn("none of these streams", self.fails(1, "read", "none", "nothing", config=config))
        self.assertIn("stream", self.fails(2, "read", "a*", config=config))
        self.assertEqual(self.works("read", "account/2", config=config), self.exported(config).splitlines(True)[2])

    def check_export(self, config):
        for filtered, expected in (((), [1, 2, 3, 4]), (("--after", "2"), [3, 4]), (("--prefix", "account/"), [1, 2, 3]),
                                   (("--pattern", "*/1"), [1, 2]), (("--pattern", "*/1", "--pattern", "oth?r"), [1, 2, 4]),
                                   (("--type", "u"), [3]), (("--type", "u", "--type", "t", "--after", "3"), [4]),
                                   (("--prefix", "o", "--type", "u"), []), (("--after", "4"), [])):
            self.assertEqual(numbers(self.works("export", *filtered, config=config)), expected, filtered)
        self.assertIn("--after 'x'", self.fails(2, "export", "--after", "x", config=config))
        self.assertIn("'['", self.fails(2, "export", "--pattern", "[", config=config))

    def check_append(self, config):
        """Behind the events of the others; each is printed as it was stored."""
        told = json.loads(self.works("append", "account/1", "--type", "t", "--data", '{"n": 5}', config=config))
        self.assertEqual((told["version"], told["position"], told["data"]), (3, 5, {"n": 5}))
        commit = ("append", "account/1", "--type", "t", "--data", "6", "--commit", commit_id(7), "--expect", "3",
                  "--metadata", '{"who":"me"}', "--schema-version", "2")
        first = self.works(*commit, config=config)
        self.assertEqual(json.loads(first)["metadata"], {"who": "me"})
        self.assertEqual(json.loads(first)["schema_version"], 2)
        self.assertEqual(self.works(*commit, config=config), first)  # nothing new
        other = [*commit[:5], "7", *commit[6:]]
        self.assertIn("the commit id was used before", self.fails(3, *other, config=config))
        for expect in ("3", "absent", "5"):
            self.assertIn("has version 4", self.fails(3, "append", "account/1", "--type", "t", "--data", "1", "--expect",
                                                      expect, config=config))
        self.fails(3, "append", "new", "--type", "t", "--data", "1", "--expect", "exists", config=config)
        for expect in ("absent", "1", "exists", "any"):
            self.works("append", "new", "--type", "t", "--data", "1", "--expect", expect, config=config)
        told = json.loads(self.works("append", "new", "--type", "t", "--data-file", "-", "--encoding", "bytes", config=config,
                                     stdin=b"\xff\x00"))
        self.assertEqual((told["version"], told["data_base64"]), (5, "/wA="))
        told = json.loads(self.works("append", "new", "--type", "t", "--data-file", self.file("payload", "[1]"), "--encoding",
                                     "1000", config=config))
        self.assertEqual((told["data"], told["encoding"]), ([1], "1000"))
        for wrong, why in ((("--data", "{"), "the payload"), (("--data", "1", "--expect", "-1"), "--expect"),
                           (("--data", "1", "--commit", "x"), "--commit"), (("--data", "1", "--encoding", "x"), "--encoding"),
                           (("--data", "1", "--metadata", "x"), "--metadata"), (("--data", "1", "--commit", commit_id(-1)), "--c"),
                           (("--data-file", self.path("none")), "cannot read"), (("--data-file", self.folder), "cannot read"),
                           ((), "the payload"), (("--data", "1", "--schema-version", "x"), "--schema-version")):
            self.assertIn(why, self.fails(2, "append", "new", "--type", "t", *wrong, config=config), wrong)
        self.assertEqual(len(self.events(config)), 12)

    def check_tail(self, config, write):
        """The last ones, then those that `write` writes meanwhile; a signal ends it."""
        tail = support.Terminal(self, EVENTCORE, "--config", config, "tail", "--last", "2", "--prefix", "account/")
        seen = [json.loads(tail.process.stdout.readline()) for _ in range(2)]
        self.assertEqual([each["data"]["n"] for each in seen], [2, 3])
        write(ndjson(line("account/1", 3, data={"n": 5}), line("other", 2), line("account/3", 1, data={"n": 6})))
        seen = [json.loads(tail.process.stdout.readline()) for _ in range(2)]
        self.assertEqual([each["data"]["n"] for each in seen], [5, 6])
        self.assertEqual(tail.signal(signal.SIGTERM), (143, ""))

        tail = support.Terminal(self, EVENTCORE, "tail", "--config", config, "--after", "4")
        self.assertEqual(json.loads(tail.process.stdout.readline())["data"], {"n": 5})
        self.assertEqual([json.loads(tail.process.stdout.readline())["position"] for _ in range(2)], [6, 7])
        self.assertEqual(tail.signal(signal.SIGINT), (130, ""))
