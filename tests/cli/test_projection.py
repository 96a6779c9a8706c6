"""Projections on RocksDB, which the process that runs them has for itself, and what is wrong with a command."""
import projecting
from projecting import Host
from support import MEMORY, main


class Test(projecting.Case):
    def test_projection_on_rocksdb(self):
        config = self.rocksdb()
        self.note(config, "good", "skip", "poison")
        host = Host(self, config, "host-1")
        host.hear("handled good")
        for command in (("rebuild", "notes"), ("reset", "notes"), ("replay", "notes")):
            complaint = self.fails(1, "projection", *command, config=config)
            self.assertIn("another process has this one for itself: ask in that process", complaint)
            self.assertIn("open in another process", complaint)
        self.check_looks(config, host)
        self.check_reset_without_a_host(config).kill()
        # What it said last is new, but a store that is open here is nobody else's.
        self.assertIn("nobody runs build 1", self.works("projection", "reset", "notes", config=config))

    def test_projection_that_is_stopped_says_so(self):
        config = self.rocksdb()
        self.note(config, "good")
        host = Host(self, config)
        host.hear("handled good")
        host.stop()
        self.note(config, "good", "good", time=projecting.LONG_AGO)
        it = self.shown(config)[0]
        self.assertEqual([it[key] for key in ("state", "leader", "position", "saved", "events_behind", "events_per_second")],
                         ["stopped", None, "1", "1", 2, 0])
        self.assertGreater(it["seconds_behind"], 365 * 86400)
        row = self.works("projection", "list", config=config).split("\t")
        self.assertEqual(row[5], "2")
        self.assertRegex(row[6], r"^\d+ d( \d+ h)?$")
        self.assertIn("stopped", self.works("projection", "show", "notes", config=config))

    def test_projection_that_is_not_known(self):
        config = self.rocksdb()
        self.note(config, "good")
        self.assertEqual(self.works("projection", "list", config=config), "")
        for command in ("show", "rebuild", "dead-letters", "replay", "reset"):
            self.assertIn("no projection 'none\\u001b' ever ran on this store",
                          self.fails(1, "projection", command, "none\x1b", config=config))

    def test_projection_wrong_commands(self):
        for wrong in ((), ("nonsense",), ("list", "a"), ("show",), ("reset",), ("reset", "a", "--to", "x"), ("replay", "a", "x"),
                      ("replay", "a", "-1"), ("reset", "a", "--timeout", "0"), ("rebuild", "a", "b")):
            with self.subTest(wrong):
                self.fails(2, "projection", *wrong, config=MEMORY)


if __name__ == "__main__":
    main()
