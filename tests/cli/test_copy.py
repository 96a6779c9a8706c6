"""What copy makes of its target: the same, however often it was stopped, or nothing that was not there before."""
import json
import signal

import hostile
import support
from support import BANK, EVENTCORE, MEMORY, Terminal, line, many, ndjson

COUNT = 20_000  # takes long enough to be stopped in between


class Test(support.Case):
    def target(self, name="target"):
        return self.rocksdb(name=name, data=name)

    def copy(self, source, target):
        return json.loads(self.works("copy", "--json", "--from", source, "--to", target))

    def check_refused(self, source, target, why, status=1):
        """And nothing is changed."""
        before = self.exported(target)
        complaint = self.fails(status, "copy", "--from", source, "--to", target)
        self.assertRegex(complaint, why)
        self.assertEqual(self.exported(target), before)

    def test_copy_rocksdb(self):
        source, target = self.rocksdb_with(hostile.events()), self.target()
        count = self.exported(source).count("\n")
        self.assertEqual(self.works("copy", "--from", source, "--to", target),
                         f"{count} events copied, 0 were there before; {count} compared, all are the same\n")
        self.assertEqual(self.exported(target), self.exported(source))
        self.assertEqual(self.copy(source, target), {"copied": 0, "there_before": count, "compared": count})

    def test_copy_of_what_commands_wrote(self):
        source, target = self.bank_store(200), self.target()
        self.copy(source, target)
        self.assertEqual(self.exported(target), self.exported(source))
        self.assertIn("nothing is wrong", self.works("verify", config=target))
        # The commit ids are there, too: the bank moves nothing twice.
        again = self.run_program(BANK, "--config", target, self.path("transfers.csv"))
        self.assertRegex(again.out, r"done before +\d\d+\n")
        self.assertEqual(self.events(target)[-1]["position"], self.events(source)[-1]["position"], again)

    def test_copy_of_an_empty_store(self):
        self.assertEqual(self.copy(MEMORY, self.target()), {"copied": 0, "there_before": 0, "compared": 0})

    def test_copy_into_memory(self):
        source = self.rocksdb_with(many(100))
        self.assertEqual(self.copy(source, MEMORY), {"copied": 100, "there_before": 0, "compared": 100})

    def test_copy_goes_on_behind_what_is_there(self):
        text = many(1000).splitlines(True)
        source = self.rocksdb_with("".join(text[:460]))
        target = self.target()
        self.copy(source, target)
        self.works("import", config=source, stdin="".join(text))
        self.assertEqual(self.copy(source, target), {"copied": 540, "there_before": 460, "compared": 1000})

    def test_copy_into_a_store_with_other_events(self):
        source = self.rocksdb_with(ndjson(line("a", 1), line("a", 2, id=support.commit_id(5)), line("b", 1)))
        events = self.events(source)
        for member, value, what in (("type", "u", "type"), ("data", 2, "payload"), ("id", support.commit_id(8), "id"),
                                    ("metadata", 1, "metadata"), ("time", 5, "time"), ("schema_version", 3, "schema version"),
                                    ("encoding", "cbor", "encoding"), ("commit", support.commit_id(1), "commit id"),
                                    ("stream", "c", "stream")):
            target = self.target(f"target_{member}")
            changed = {**events[1], member: value, **({"version": 1} if member == "stream" else {})}
            self.works("import", config=target, stdin=ndjson(events[0], changed))
            self.check_refused(source, target, f"at position 2 of the source, version 2 of stream 'a', the {what} differs")

    def test_copy_into_a_store_with_more(self):
        source = self.rocksdb_with(ndjson(line("a", 1)))
        target = self.target()
        self.copy(source, target)
        self.works("append", "other", "--type", "t", "--data", "1", config=target)
        self.check_refused(source, target, "the target has events that the source has not: the 1 events .* version 1 of "
                                           "stream 'other'")

    def test_copy_onto_itself(self):
        source = self.rocksdb_with(ndjson(line("a", 1)))
        self.check_refused(source, source, "the same store", status=2)

    def test_copy_into_a_store_for_reading(self):
        source = self.rocksdb_with(ndjson(line("a", 1)))
        self.copy(source, self.target())
        target = self.rocksdb("read_only: true", name="reading", data="target")
        self.check_refused(source, target, "for reading only", status=2)

    def test_copy_into_a_store_that_takes_less(self):
        source = self.rocksdb_with(ndjson(line("a", 1, data="x" * 2000)))
        target = self.rocksdb("max_payload: 1000", name="small", data="small")
        complaint = self.fails(2, "copy", "--from", source, "--to", target)
        self.assertIn("the target: ", complaint)
        self.assertIn("1000", complaint)

    def test_copy_needs_both(self):
        for wrong in ((), ("--from", MEMORY), ("--to", MEMORY)):
            self.fails(2, "copy", *wrong)

    def stopped(self, source, target, number):
        """Stops a copy that has begun; gives how it ended and what it said."""
        copy = Terminal(self, EVENTCORE, "copy", "--from", source, "--to", target)
        copy.wait_for(lambda seen: support.percent(seen, 1, "copying"))
        return copy.signal(number)

    def check_stopped_and_resumed(self, number, status):
        source = self.rocksdb_with(many(COUNT))
        whole = self.exported(source)
        for attempt in range(10):
            target = self.target(f"target{attempt}")
            ended, said = self.stopped(source, target, number)
            if ended == status:
                break
        else:
            self.fail("each copy was faster than its progress")
        if number == signal.SIGINT:
            self.assertRegex(said, r"^stopped: \d+ events copied, 0 were there before; the same command goes on from here\n$")
        part = self.exported(target)
        self.assertTrue(whole.startswith(part))
        told = self.copy(source, target)
        self.assertEqual(told, {"copied": COUNT - part.count("\n"), "there_before": part.count("\n"), "compared": COUNT})
        self.assertEqual(self.exported(target), whole)
        return part.count("\n")

    def test_copy_killed_and_resumed(self):
        self.assertGreater(self.check_stopped_and_resumed(signal.SIGKILL, -signal.SIGKILL), 0)

    def test_copy_interrupted_and_resumed(self):
        self.assertGreater(self.check_stopped_and_resumed(signal.SIGINT, 130), 0)

    def test_copy_of_a_store_that_is_written_meanwhile(self):
        """It is as it was in the beginning, and the next copy brings the rest."""
        source, target = self.bank_store(300), self.target()
        writer, copied = support.Writer(self, source), 0
        for _ in range(5):
            writer.feed(200)
            told = self.copy(source, target)
            self.assertEqual((told["there_before"], told["compared"]), (copied, copied + told["copied"]))
            copied += told["copied"]
        writer.end()
        self.copy(source, target)
        self.assertEqual(self.exported(target), self.exported(source))
        self.assertIn("nothing is wrong", self.works("verify", config=target))


if __name__ == "__main__":
    support.main()
