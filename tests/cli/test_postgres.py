"""The command line on Postgres, and between it and RocksDB."""
import json
import re

import hostile
import looks
import support
from support import line, many, ndjson


class Test(looks.Looks, support.Case):
    def test_postgres_round_trip(self):
        source, between, target = self.rocksdb_with(hostile.events()), self.postgres(), self.rocksdb(name="b", data="b")
        self.assertEqual(self.check_moved(source, between), self.exported(source))
        self.check_moved(between, target)
        for name, config in (("was", source), ("now", target)):
            self.works("export", "-o", self.path(name), config=config)
        same = self.run_program("cmp", self.path("was"), self.path("now"))
        self.assertEqual(same.status, 0, same)

    def test_postgres_import(self):
        config, text = self.postgres(), many(600)
        for imported, before in ((600, 0), (0, 600)):
            told = json.loads(self.works("import", "--json", config=config, stdin=text))
            self.assertEqual((told["events"], told["already_there"]), (imported, before))
        self.assertRegex(self.fails(2, "import", config=config, stdin=ndjson(line("y", 1), "bad")), "^eventcore: line 2: ")
        complaint = self.fails(3, "import", config=config, stdin=ndjson(line("new", 1), line("account/1", 1), line("z", 1)))
        self.assertRegex(complaint, "^eventcore: line 2: stream 'account/1' has version ")
        self.assertEqual(len(self.events(config)), 602)

    def test_postgres_looks(self):
        config = self.postgres()
        self.works("import", config=config, stdin=looks.EVENTS)
        self.check_info(config, "postgres", {"durable", "shared", "dense_positions", "persistent"})
        self.check_streams(config)
        self.check_read(config)
        self.check_export(config)
        self.check_append(config)

    def test_postgres_tail(self):
        config = self.postgres()
        self.works("import", config=config, stdin=looks.EVENTS)
        self.check_tail(config, lambda text: self.works("import", config=config, stdin=text))

    def test_postgres_copy(self):
        """There and back again, and as often as one likes."""
        source, between, target = self.bank_store(100), self.postgres(), self.rocksdb(name="target", data="target")
        count = len(self.events(source))
        for a, b in ((source, between), (between, target)):
            for copied, before in ((count, 0), (0, count)):
                self.assertEqual(json.loads(self.works("copy", "--json", "--from", a, "--to", b)),
                                 {"copied": copied, "there_before": before, "compared": count})
            self.assertEqual(self.exported(b), self.exported(source))
        self.works("append", "more", "--type", "t", "--data", "1", config=between)
        self.assertIn("events that the source has not", self.fails(1, "copy", "--from", source, "--to", between))
        self.assertIn("the same store", self.fails(2, "copy", "--from", between, "--to", between))

    def test_postgres_secret(self):
        """The password is in no word of any command."""
        with open(support.SERVER, encoding="utf-8") as server:
            dsn = server.read().strip()
        password = re.search("://[^:]+:([^@]+)@", dsn).group(1)
        config = self.postgres()
        for command in ("info", "info --json", "streams", "export", "verify", "append a --type t --data 1", "read none",
                        "plugins", "plugins describe postgres", "import"):
            ended = self.eventcore(*command.split(), config=config, stdin="bad")
            self.assertNotIn(password, ended.out + ended.err)
            self.assertIn(ended.status, (0, 1, 2), ended)
        wrong = self.file("wrong.yaml", "plugin: postgres\noptions:\n"
                                        f"  dsn: {dsn.replace(password, 'canary' + password)}\n")
        for command in ("info", "import", f"copy --from {support.MEMORY} --to {wrong}"):
            complaint = self.fails(2, *command.split(), config=wrong)
            self.assertIn("password authentication failed", complaint)
            self.assertNotIn(password, complaint)


if __name__ == "__main__":
    support.main()
