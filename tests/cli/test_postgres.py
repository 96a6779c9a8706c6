"""The command line on Postgres, and between it and RocksDB."""
import json

import hostile
import support
from support import line, many, ndjson


class Test(support.Case):
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


if __name__ == "__main__":
    support.main()
