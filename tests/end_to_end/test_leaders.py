"""One leader among processes that run the same projection: killed, another takes over; paused past its lease, it moves
nothing when it wakes up."""
import os
import select
import signal
import subprocess

import support
from support import BUILD, PATIENCE_S

FOLLOWER = os.path.join(BUILD, "bin", "follower")


class Follower:
    """A process that says which event it handles, and goes on when it is told to."""

    def __init__(self, case, config, holder):
        self.process = subprocess.Popen([FOLLOWER, config, holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        case.addCleanup(self.end)

    def fileno(self):
        return self.process.stdout.fileno()

    def handles(self):
        """The position and the fence of the event that it says it handles; waits for that."""
        ready, _, _ = select.select([self], [], [], PATIENCE_S)
        assert ready, "the follower says nothing"
        word, position, fence = self.process.stdout.readline().split()
        assert word == b"handle"
        return int(position), int(fence)

    def go(self):
        self.process.stdin.write(b"go\n")
        self.process.stdin.flush()

    def signal(self, number):
        self.process.send_signal(number)

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def first_to_speak(followers):
    ready, _, _ = select.select(followers, [], [], PATIENCE_S)
    assert ready, "none of the followers says anything"
    return ready[0]


class Test(support.Case):
    def started(self, count):
        config = self.postgres()
        self.note(config)
        return config, [Follower(self, config, f"process-{n}") for n in range(count)]

    def note(self, config):
        ended = self.run_program(os.path.join(BUILD, "bin", "eventcore"), "append", "a", "--type", "noted", "--data", "{}",
                                 "--config", config)
        self.assertEqual(ended.status, 0, ended)

    def checkpoint(self, config):
        ended = self.run_program(FOLLOWER, config)
        self.assertEqual(ended.status, 0, ended)
        return int(ended.out)

    def wait_for_checkpoint(self, config, position):
        while self.checkpoint(config) < position:
            pass

    def test_leaders_one_works_and_another_takes_over_when_it_is_killed(self):
        config, followers = self.started(3)
        for life in range(2):
            leader = first_to_speak(followers)
            self.assertEqual(leader.handles()[0], life + 1)
            leader.go()
            self.wait_for_checkpoint(config, life + 1)
            leader.signal(signal.SIGKILL)
            followers.remove(leader)
            self.note(config)
        self.assertEqual(followers[0].handles()[0], 3, "the last one goes on where the second was killed")

    def test_leaders_one_that_was_paused_past_its_lease_moves_nothing(self):
        config, followers = self.started(2)
        paused = first_to_speak(followers)
        other = followers[1 - followers.index(paused)]
        position, old_fence = paused.handles()
        paused.signal(signal.SIGSTOP)
        again, new_fence = other.handles()
        self.assertEqual(again, position, "nothing was saved, so it comes again")
        self.assertGreater(new_fence, old_fence)
        # The paused one wakes up in the middle of its work, and finishes it.
        paused.signal(signal.SIGCONT)
        paused.go()
        self.assertEqual(self.checkpoint(config), 0)
        other.go()
        self.wait_for_checkpoint(config, position)
        self.note(config)
        self.assertEqual(other.handles(), (position + 1, new_fence), "it still leads")
        self.assertEqual(select.select([paused], [], [], 0)[0], [], "and the paused one does nothing")

    def test_leaders_another_process_waits_for_what_the_leader_handles(self):
        config = self.postgres()
        self.note(config)
        unknown = self.run_program(FOLLOWER, config, "wait", "1")
        self.assertEqual(unknown.status, 1)
        self.assertIn("no projection 'follower' ever ran on this store", unknown.err)
        leader = Follower(self, config, "process-0")
        leader.handles()
        waits = subprocess.Popen([FOLLOWER, config, "wait", "1"], stdout=subprocess.PIPE)
        self.addCleanup(waits.stdout.close)
        self.assertEqual(waits.stdout.readline(), b"waits\n")
        self.assertEqual(self.checkpoint(config), 0)
        leader.go()
        self.assertEqual(waits.communicate(timeout=PATIENCE_S)[0], b"there 1\n")
        self.assertEqual(waits.returncode, 0)


if __name__ == "__main__":
    support.main()
