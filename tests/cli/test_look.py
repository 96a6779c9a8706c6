"""The commands that look into a store, and append, on RocksDB and in memory."""
import json

import looks
import support
from support import EVENTCORE, MEMORY


class Test(looks.Looks, support.Case):
    def test_info(self):
        self.check_info(self.rocksdb_with(looks.EVENTS), "rocksdb", {"durable", "dense_positions", "persistent"})

    def test_streams(self):
        self.check_streams(self.rocksdb_with(looks.EVENTS))

    def test_read(self):
        self.check_read(self.rocksdb_with(looks.EVENTS))

    def test_export(self):
        self.check_export(self.rocksdb_with(looks.EVENTS))

    def test_append(self):
        self.check_append(self.rocksdb_with(looks.EVENTS))

    def test_tail(self):
        config = self.rocksdb_with(looks.EVENTS)
        self.check_tail(config, lambda text: self.works("import", config=config, stdin=text))

    def test_verify(self):
        config = self.rocksdb_with(looks.EVENTS)
        self.assertEqual(self.works("verify", config=config),
                         "4 events in 3 streams, 1 commit ids: nothing is wrong\n")
        self.assertEqual(json.loads(self.works("verify", "--json", config=config)),
                         {"events": 4, "streams": 3, "commit_ids": 1, "wrong": None})

    def test_memory_is_empty(self):
        self.assertEqual(json.loads(self.works("info", "--json", config=MEMORY))["head"], "0")
        self.assertEqual(self.works("streams", config=MEMORY), "")
        self.assertEqual(self.works("export", config=MEMORY), "")
        self.fails(1, "read", "a", config=MEMORY)
        self.assertIn("0 events in 0 streams, 0 commit ids: nothing", self.works("verify", config=MEMORY))
        told = json.loads(self.works("append", "a", "--type", "t", "--data", "1", config=MEMORY))
        self.assertEqual((told["stream"], told["version"], told["position"]), ("a", 1, 1))

    def test_looking_makes_nothing(self):
        """A store that is not there is none, and does not come to be."""
        config = self.rocksdb()
        for command in (("info",), ("streams",), ("read", "a"), ("tail",), ("export",), ("verify",)):
            ended = self.eventcore(*command, config=config)
            self.assertIn(ended.status, (1, 2), ended)
            self.assertIn(self.path("data"), ended.err)
        self.assertNotIn("data", self.listing())

    def listing(self):
        return self.run_program("ls", self.folder).out.split()

    def test_plugins(self):
        found = json.loads(self.works("plugins", "--json"))
        named = {each["name"]: each for each in found if each["name"]}
        self.assertLessEqual({"memory", "rocksdb"}, set(named))
        rows = [row.split("\t") for row in self.works("plugins").splitlines()]
        self.assertIn(["memory", named["memory"]["version"], named["memory"]["file"], named["memory"]["description"]], rows)

    def test_plugins_that_cannot_be_used(self):
        self.file("eventcore_plugin_broken.so", "no library")
        env = {"EVENTCORE_PLUGIN_PATH": self.folder}
        broken = [each for each in json.loads(self.works("plugins", "--json", env=env)) if each["problem"]]
        self.assertEqual([each["file"] for each in broken], [self.path("eventcore_plugin_broken.so")])
        self.assertIsNone(broken[0]["name"])
        row = next(row for row in self.works("plugins", env=env).splitlines() if "broken" in row)
        self.assertRegex(row, "^-\t-\t.*broken.so\tunusable: .")

    def test_plugins_describe(self):
        told = json.loads(self.works("plugins", "describe", "--json", "rocksdb"))
        options = {each["name"]: each for each in told["options"]}
        self.assertTrue(options["path"]["required"])
        self.assertEqual(options["max_payload"]["default_value"], "16MiB")
        self.assertIn("lz4", options["compression"]["choices"])
        rows = [row.split("\t") for row in self.works("plugins", "describe", "rocksdb").splitlines()]
        self.assertEqual([row[0] for row in rows], list(options))
        self.assertEqual({len(row) for row in rows}, {4})
        complaint = self.fails(2, "plugins", "describe", "rockdb")
        self.assertIn("there is no plugin 'rockdb'", complaint)
        self.assertIn("memory", complaint)
        self.fails(2, "plugins", "describe")

    def test_closed_pipe(self):
        config = self.rocksdb_with(support.many(5000))
        for command in ("export", "streams", "tail --last 5000"):
            piped = self.run_program("bash", "-c", f"set -o pipefail; '{EVENTCORE}' {command} --config '{config}' | head -1")
            self.assertEqual(piped.err, "", piped)
            self.assertIn(piped.status, (0, 141), piped)
            self.assertEqual(piped.out.count("\n"), 1)


if __name__ == "__main__":
    support.main()
