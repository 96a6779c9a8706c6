"""Which store it is, and what is wrong with a command line or a configuration."""
import json

import support
from support import MEMORY

COMMANDS = (("info",), ("streams",), ("read", "a"), ("tail",), ("append", "a", "--type", "t", "--data", "1"), ("export",),
            ("import",), ("verify",), ("projection", "list"), ("projection", "show", "a"), ("projection", "reset", "a"),
            ("projection", "dead-letters", "a"))


class Test(support.Case):
    def test_config_before_and_behind(self):
        for command in (("--config", MEMORY, "info"), ("info", "--config", MEMORY), ("info", f"--config={MEMORY}"),
                        ("info", "--json", "--config", MEMORY), ("--config", MEMORY, "plugins", "describe", "memory"),
                        ("plugins", "--config", MEMORY), ("plugins", "describe", "memory", "--config", MEMORY)):
            self.assertRegex(self.works(*command), "memory|max_payload")

    def test_config_from_the_environment(self):
        self.assertIn("memory", self.works("info", env={"EVENTCORE_CONFIG": MEMORY}))
        # What is said on the command line counts.
        told = self.works("info", "--json", "--config", MEMORY, env={"EVENTCORE_CONFIG": self.path("none.yaml")})
        self.assertEqual(json.loads(told)["plugin"], "memory")
        complaint = self.fails(2, "info", env={"EVENTCORE_CONFIG": self.path("none.yaml")})
        self.assertIn("none.yaml", complaint)

    def test_config_missing(self):
        for command in COMMANDS:
            self.assertIn("Give --config FILE or set EVENTCORE_CONFIG", self.fails(2, *command, env={"EVENTCORE_CONFIG": ""}))
            self.assertIn("none.yaml", self.fails(2, *command, config=self.path("none.yaml")))

    def test_config_wrong(self):
        for text, why in (("plugin: memory\noptions:\n  max_paylod: 1MiB\n", "wrong.yaml:3:3"), ("plugin: [", "wrong.yaml:"),
                          ("plugin: memroy\n", "memroy"), ("", "wrong.yaml"), ("options: {}\n", "plugin")):
            config = self.file("wrong.yaml", text)
            for command in COMMANDS:
                self.assertIn(why, self.fails(2, *command, config=config))

    def test_wrong_commands(self):
        for wrong in ((), ("nonsense",), ("info", "nonsense"), ("info", "--nonsense"), ("read",), ("append",), ("append", "a"),
                      ("append", "a", "b", "--type", "t"), ("streams", "--limit", "x"), ("streams", "--limit", "-1"),
                      ("read", "a", "--after", "x"), ("read", "a", "--after", "-1"), ("read", "a", "--limit", "-1"),
                      ("read", "a", "--limit", "0"), ("streams", "--limit", "0"), ("read", "a", "--after", str(2**64)),
                      ("tail", "--last", "x"), ("tail", "--last", "-1"), ("tail", "--last", str(2**64)),
                      ("append", "a", "--type", "t", "--data", "1", "--schema-version", "-1"), ("tail", "--after", "x"),
                      ("append", "a", "--type", "t", "--data", "1", "--data-file", "-"), ("completion",),
                      ("completion", "tcsh"), ("import", "a", "b"), ("export", "a"), ("verify", "--from", MEMORY)):
            with self.subTest(wrong):
                self.fails(2, *wrong, config=MEMORY)

    def test_help_and_version(self):
        self.assertRegex(self.works("--version"), r"^eventcore \d+\.\d+\.\d+\n$")
        for command in ((), *((each[0],) for each in COMMANDS), ("copy",), ("plugins",), ("plugins", "describe"), ("completion",)):
            self.assertIn("--help", self.works(*command, "--help"))

    def test_no_empty_member_counts(self):
        """What is given counts, be it empty."""
        self.assertIn("the payload", self.fails(2, "append", "a", "--type", "t", "--data", "", config=MEMORY))
        self.assertIn("type", self.fails(2, "append", "a", "--type", "", "--data", "1", config=MEMORY))


if __name__ == "__main__":
    support.main()
