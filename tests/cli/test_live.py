"""Looking at a RocksDB store that another process writes."""
import json
import signal

import support
from support import EVENTCORE, Terminal


class Test(support.Case):
    def test_live_store(self):
        """Each look is a moment of it: the beginning of what is there in the end, and whole."""
        config = self.bank_store(50)
        writer, exports = support.Writer(self, config), []
        tail = Terminal(self, EVENTCORE, "tail", "--config", config, "--after", "0")
        for _ in range(10):
            writer.feed(100)
            exports.append(self.exported(config))
            self.assertIn("nothing is wrong", self.works("verify", config=config))
            self.works("streams", config=config)
            self.works("info", config=config)
            stream = json.loads(exports[-1].splitlines()[0])["stream"]
            self.assertEqual(self.works("read", stream, "--limit", "1", config=config), exports[-1].splitlines(True)[0])
        writer.end()
        final = self.exported(config)
        for export in exports:
            self.assertTrue(final.startswith(export))
        self.assertGreater(len(set(exports)), 1)  # it was written meanwhile
        # The tail has shown everything once, in order, across all its openings.
        lines = final.splitlines(True)
        self.assertEqual([tail.process.stdout.readline().decode() for _ in lines], lines)
        self.assertEqual(tail.signal(signal.SIGINT), (130, ""))

    def test_live_store_takes_one_writer(self):
        config = self.bank_store(50)
        writer = support.Writer(self, config)
        writer.feed(10)
        tail = Terminal(self, EVENTCORE, "tail", "--config", config, "--last", "0", "--pattern", "account/w-*")
        tail.process.stdout.readline()  # so it is open
        for command in (("import",), ("append", "a", "--type", "t", "--data", "1")):
            self.assertIn("open in another process", self.fails(1, *command, config=config))
        self.assertIn("open in another process", self.fails(1, "copy", "--from", support.MEMORY, "--to", config))
        writer.end()


if __name__ == "__main__":
    support.main()
