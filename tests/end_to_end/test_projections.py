"""Read models of real processes that are killed at any moment."""
import os
import random
import subprocess

import support
from support import BUILD

EXAMPLE = os.path.join(BUILD, "bin", "070_exactly_once")


class Test(support.Case):
    def killed_again_and_again(self, times, seed):
        """Kills the example after random waits for its rows to grow; then it must end well."""
        moments = random.Random(seed)
        config, rows = self.rocksdb("durability: acknowledged_events_may_be_lost_in_a_power_cut"), self.path("rows.db")
        for _ in range(times):
            process = subprocess.Popen([EXAMPLE, config, rows, "1000000"], stderr=subprocess.PIPE)
            self.addCleanup(process.stderr.close)
            try:
                process.wait(moments.uniform(0.02, 0.3))
                self.fail(f"it ended by itself: {process.stderr.read().decode()}")
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        ended = self.run_program(EXAMPLE, config, rows, "10")
        self.assertEqual(ended.status, 0, ended)
        self.assertEqual(ended.out, "10 accounts, 10000 in all: the read model is exact\n")

    def test_projections_survive_kills(self):
        self.killed_again_and_again(40 if os.environ.get("EVENTCORE_LONG_TESTS") else 8, seed=1)


if __name__ == "__main__":
    support.main()
