"""What verify says of stores that are damaged, each in another place."""
import glob
import json
import os
import shutil

import support
from support import BUILD, many

DAMAGE = os.path.join(BUILD, "bin", "rocksdb_damage")
COUNT = 3000  # more than RocksDB's plugin looks at when it opens a store


class Test(support.Case):
    def damaged(self, config, what):
        done = self.run_program(DAMAGE, self.path("data"), what)
        self.assertEqual(done.status, 0, done)
        return config

    def check_wrong(self, config, place):
        """Says so as a sentence and as JSON, in the same words, which name the place."""
        ended = self.eventcore("verify", config=config)
        self.assertEqual((ended.status, ended.err), (1, ""), ended)
        self.assertRegex(ended.out, place)
        told = self.eventcore("verify", "--json", config=config)
        self.assertEqual(told.status, 1, told)
        self.assertIn(json.loads(told.out)["wrong"], ended.out)
        return ended.out

    def check_damage(self, kinds):
        intact = self.rocksdb_with(many(COUNT))
        shutil.copytree(self.path("data"), self.path("intact"))
        for what, place in kinds:
            with self.subTest(what):
                shutil.rmtree(self.path("data"))
                shutil.copytree(self.path("intact"), self.path("data"))
                self.check_wrong(self.damaged(intact, what), place)

    # The store's second event: version 1 of account/1, the first of a commit of two.

    def test_verify_damaged_events(self):
        self.check_damage((
            ("event_missing", "wrong, behind position 1: the event at position 2 is missing"),
            ("event_unreadable", "wrong, behind position 1: an event record cannot be read"),
            ("event_of_another", "wrong, "),
        ))

    def test_verify_damaged_index(self):
        self.check_damage((
            ("index_missing", "wrong, reading stream 'account/1': "),
            ("index_elsewhere", "wrong, reading stream 'account/1': the event at position 3 is missing"),
            ("index_too_high", "wrong, stream 'account/1': the listing says version 77, the events end with 60"),
        ))

    def test_verify_damaged_commits(self):
        first = support.commit_id(0)
        self.check_damage((
            ("commit_elsewhere", f"wrong, position 2: commit {first}: it is remembered with the positions 4 to 5, "
                                 "its events have 2 to 3"),
            ("commit_missing", f"wrong, position 2: commit {first}: no append with this commit id is stored"),
            ("commit_unreadable", f"wrong, position 2: commit {first}: "),
        ))

    def test_verify_contradictions(self):
        self.assertIn("6 events in 3 streams, 3 commit ids: nothing", self.works("verify", config=self.lying("none")))
        for lie, place in (
                ("position_gap", "position 5 follows position 3"),
                ("position_twice", "position 3 follows position 3"),
                ("version_gap", "position 3: version 3 of stream 'a' follows version 1"),
                ("version_twice", "position 3: version 1 of stream 'a' follows version 1"),
                ("head_too_high", "the head is 7, but the last event has position 6"),
                ("event_missing", "the head is 6, but the last event has position 5"),
                ("commit_split", "position 6: an event of commit 0.*1, which had ended before"),
                ("commit_forgotten", "position 2: commit 0.*1: no append with this commit id is stored"),
                ("commit_elsewhere", "position 2: commit 0.*1: it is remembered with the positions 3 to 4"),
                ("listing_short", "the listing has 2 of the 3 streams"),
                ("listing_long", "stream 'd': the listing says version 1, the events end with 0"),
                ("listing_low", "stream 'a': the listing says version 2, the events end with 3"),
                ("listing_high", "stream 'a': the listing says version 4, the events end with 3"),
                ("listing_twice", "the listing has stream 'a' behind 'a'"),
                ("listing_disordered", "the listing has stream 'a' behind 'b'"),
                ("stream_short", "stream 'a': read by itself it ends with version 2, in the store's order with 3"),
                ("stream_long", "stream 'c', version 2: position 6 follows 6"),
                ("stream_gap", "stream 'a': version 4 follows version 1"),
                ("stream_disordered", "stream 'a', version 1: position 1 follows 2"),
                ("payload_changes", "stream 'a': read by itself its events are others"),
                ("id_changes", "stream 'a': read by itself its events are others"),
                ("fails", "behind position 3: a bad block, on purpose"),
        ):
            with self.subTest(lie):
                self.check_wrong(self.lying(lie), "wrong, " + place)

    def test_verify_passes_over_what_is_written_meanwhile(self):
        self.assertIn("6 events in 3 streams, 3 commit ids: nothing", self.works("verify", config=self.lying("stream_grows")))

    def lying(self, lie):
        return self.fixture_plugin("lying", f"lie: {lie}")

    def test_verify_flipped_byte_in_a_table(self):
        config = self.damaged(self.rocksdb_with(many(COUNT)), "into_tables")
        self.assertIn(f"{COUNT} events", self.works("verify", config=config))
        table = max(glob.glob(self.path("data/*.sst")), key=os.path.getsize)
        with open(table, "r+b") as file:
            size = os.path.getsize(table)
            file.seek(size // 2)
            byte = file.read(1)[0]
            file.seek(size // 2)
            file.write(bytes([byte ^ 4]))
        self.check_wrong(config, "wrong, .*(checksum|[Cc]orrupt)")


if __name__ == "__main__":
    support.main()
