"""Projections on Postgres, where they are asked while they run."""
import re
import signal
import subprocess

import projecting
from projecting import Host
from support import EVENTCORE, PATIENCE_S, Terminal, main

BEGUN = "build {} has begun; it takes over when it has caught up\n"


class Test(projecting.Case):
    def started(self, *texts):
        config = self.postgres()
        self.note(config, *texts)
        return config, Host(self, config)

    def ask(self, config, *command):
        return self.works("projection", *command, config=config)

    def test_postgres_projection_looks(self):
        config = self.postgres()
        self.note(config, "good", "skip", "poison")
        host = Host(self, config, "host-1")
        host.hear("handled good")
        self.check_looks(config, host)
        self.check_reset_without_a_host(config)

    def test_postgres_projection_lag(self):
        config, host = self.started("good")
        host.hear("handled good")
        self.assertEqual(self.wait_until_caught_up(config)["seconds_behind"], 0)
        self.note(config, "wait", time=projecting.LONG_AGO)
        self.note(config, "good", "good")
        host.hear("waits")
        it = self.shown(config)[0]
        self.assertEqual(it["events_behind"], 3)
        self.assertGreater(it["seconds_behind"], 365 * 86400)
        host.tell("go")
        host.hear("handled good", "handled good")
        self.assertEqual(self.wait_until_caught_up(config)["seconds_behind"], 0)

    def test_postgres_projection_dead_letters(self):
        config, host = self.started("poison", "good", "poison")
        host.hear("handled good")
        while len(letters := self.letters(config)) < 2:
            pass
        numbers = [str(letter["number"]) for letter in letters]
        complaint = self.fails(1, "projection", "replay", "notes", numbers[1], "77", config=config)
        self.assertRegex(complaint, r"replay refused: 0 handled; there is no letter 77 that is left; letter \d+ failed again: ")
        self.assertEqual([letter["attempts"] for letter in self.letters(config)], [1, 2])
        host.tell("mend")
        self.assertEqual(self.ask(config, "replay", "notes", numbers[0]), "1 handled\n")
        host.hear("handled poison")
        self.assertEqual([str(letter["number"]) for letter in self.letters(config)], numbers[1:])
        self.assertEqual(self.ask(config, "replay", "notes"), "1 handled\n")
        self.assertEqual(self.ask(config, "dead-letters", "notes"), "")
        self.assertEqual([letter["is_resolved"] for letter in self.letters(config, "--all")], [True, True])
        self.wait_until(config, lambda it: it["dead_letters"] == 2 and it["dead_letters_left"] == 0)

    def test_postgres_projection_reset(self):
        config, host = self.started("first", "second", "third")
        host.hear("handled third")
        self.wait_until_caught_up(config)
        self.assertEqual(self.ask(config, "reset", "notes", "--to", "1"), "goes on behind position 1\n")
        host.hear("reset 1", "handled second", "handled third")
        self.assertEqual(self.ask(config, "reset", "notes"), "goes on behind position 0\n")
        host.hear("reset 0", "handled first", "handled second")
        self.assertIn("reset refused: ", self.fails(1, "projection", "reset", "notes", "--to", "99", config=config))

    def test_postgres_projection_rebuild(self):
        config, host = self.started(*["good"] * 6, "wait", "good")
        host.hear("waits")
        host.tell("go")
        self.wait_until_caught_up(config)
        for follows in (True, False):
            build = "1.1" if follows else "1.2"
            rebuild = subprocess.Popen([EVENTCORE, "projection", "rebuild", "notes", "--config", config],
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.addCleanup(rebuild.stdout.close)
            self.addCleanup(rebuild.kill)
            self.assertEqual(rebuild.stdout.readline().decode(), BEGUN.format(build))
            host.hear("waits")
            while (line := rebuild.stdout.readline().decode()) != f"build {build}: 75%, 6 events handled\n":
                self.assertRegex(line, rf"^build {build}: \d+%, \d events handled$")
            self.assertEqual([(it["build"], it["is_active"]) for it in self.shown(config)],
                             [("1" if follows else "1.1", True), (build, False)])
            if follows:
                host.tell("go")
            else:
                rebuild.send_signal(signal.SIGINT)
            end = (f"build {build} has taken over" if follows else
                   f"followed no more, by a signal; build {build} goes on, and 'eventcore projection show' says how far it is")
            self.assertEqual(rebuild.stdout.read().decode().splitlines()[-1], end)
            self.assertEqual(rebuild.wait(PATIENCE_S), 0 if follows else 130)
        host.tell("go")
        self.wait_until(config, lambda it: it["build"] == "1.2" and it["is_active"], at_most=2)
        self.assertEqual([it["build"] for it in self.shown(config, ("show", "notes"))], ["1", "1.1", "1.2"])

    def test_postgres_projection_rebuild_on_a_terminal(self):
        config, host = self.started("good", "good", "good", "wait")
        host.hear("waits")
        host.tell("go")
        self.wait_until_caught_up(config)
        follow = Terminal(self, EVENTCORE, "projection", "rebuild", "notes", "--config", config)
        follow.wait_for(lambda seen: re.search(r"\rbuild 1\.1  75%  3 events  \d+/s\x1b\[K", seen))
        host.tell("go")
        self.assertEqual(follow.process.stdout.read().decode(), BEGUN.format("1.1") + "build 1.1 has taken over\n")
        self.assertEqual(follow.process.wait(PATIENCE_S), 0)

    def test_postgres_projection_rebuild_that_does_not_come(self):
        config = self.postgres()
        self.note(config, "good")
        host = Host(self, config, "host-1", "plain")
        self.wait_until_caught_up(config)
        self.assertIn("rebuild refused: its program runs this one build",
                      self.fails(1, "projection", "rebuild", "notes", config=config))
        host.stop()
        self.assertRegex(self.ask(config, "rebuild", "notes"), "^nobody runs build 1 of 'notes' now; request 2 is done when ")
        self.note(config, "wait")
        host = Host(self, config, "host-2")
        host.hear("waits")
        self.assertEqual(self.ask(config, "rebuild", "notes", "--no-wait"), BEGUN.format("1.1"))

    def test_postgres_projection_that_does_not_answer(self):
        config, host = self.started("good")
        self.wait_until_caught_up(config)
        self.note(config, "wait")
        host.hear("waits")
        complaint = self.fails(1, "projection", "reset", "notes", "--to", "1", "--timeout", "1", config=config)
        self.assertRegex(complaint, "no answer within 1 s; request 1 stays, and the next who runs the projection does it")
        asking = Terminal(self, EVENTCORE, "projection", "reset", "notes", "--config", config)
        self.wait_until(config, lambda it: len(it["requests"]) == 2)
        status, out = asking.signal(signal.SIGINT)
        self.assertEqual((status, out), (130, ""))
        self.assertIn("no answer before the signal; request 2 stays", asking.read_to_end())
        host.tell("go")
        host.hear("handled wait", "reset 1", "reset 0", "handled good")
        requests = self.wait_until(config, lambda it: all(each["is_done"] for each in it["requests"]))["requests"]
        self.assertEqual([(each["what"], each["answer"]) for each in requests],
                         [("reset to 1", "goes on behind position 1"), ("reset to 0", "goes on behind position 0")])


if __name__ == "__main__":
    main()
