"""The man page has what the program has, and the shells complete it."""
import os
import re
import shutil

import support
from support import EVENTCORE, SOURCE

MANUAL = os.path.join(SOURCE, "cli", "eventcore.1")


class Test(support.Case):
    def manual(self):
        with open(MANUAL, encoding="utf-8") as file:
            return file.read()

    def subcommands(self, *path):
        """Those that --help lists."""
        listed = self.works(*path, "--help").partition("Subcommands:\n")[2].partition("\n\n")[0]
        return re.findall(r"^  ([\w-]+) ", listed, re.MULTILINE)

    def commands(self):
        """Each with what its --help says, the program itself first."""
        paths = [()]
        for path in paths:
            paths += [(*path, name) for name in self.subcommands(*path)]
        return {" ".join(path): self.works(*path, "--help") for path in paths}

    def long_options(self, text):
        return set(re.findall(r"--([a-z][a-z-]+)", text))

    def manual_options(self, text):
        return set(re.findall(r"(?:Fl|\|) -([a-z][a-z-]+)", text))

    def test_manual_has_each_command_and_option(self):
        text, commands = self.manual(), self.commands()
        self.assertGreater(len(commands), 12)
        parts = re.split(r"^\.It Cm ", text.partition(".Ss Commands")[2].partition(".Ss Filters")[0], flags=re.MULTILINE)[1:]
        described = {}
        for part in parts:
            words = part.split()
            described[" ".join(words[:2]) if " ".join(words[:2]) in commands else words[0]] = part
        # The program does nothing without a command, nor does this group.
        self.assertEqual(set(described), set(commands) - {"", "projection"})
        filters = self.manual_options(text.partition(".Ss Filters")[2].partition(".Ss Asking")[0])
        for name, told in commands.items():
            options = self.long_options(told.partition("Options:")[2].partition("Subcommands:")[0]) - {"help"}
            if name == "":
                self.assertEqual(options, {"config", "version"})
                continue
            if name == "projection":
                self.assertEqual(options, set())
                continue
            known = self.manual_options(described[name]) - {"config"}
            # Words of a description may name another option of the same command.
            if name in ("tail", "export"):
                self.assertIn(name, text.partition(".Ss Filters")[2].partition("EVENTS")[0])
                known |= filters
            self.assertEqual(known, options, name)
        self.assertEqual(self.manual_options(text.partition(".Sh DESCRIPTION")[0]),
                         {"config", "from", "to", "help", "version"})

    def test_manual_has_each_exit_status(self):
        part = self.manual().partition(".Sh EXIT STATUS")[2].partition(".Sh EXAMPLES")[0]
        numbers = {int(each) for line in re.findall(r"^\.It (.*)$", part, re.MULTILINE) for each in re.findall(r"\d+", line)}
        with open(os.path.join(SOURCE, "cli", "failure.hpp"), encoding="utf-8") as file:
            declared = re.search(r"enum Exit \{(.*?)\}", file.read()).group(1)
        values = {int(each) for each in re.findall(r"= (\d+)", declared)}
        self.assertEqual(numbers, values - {128} | {130, 143})
        footer = self.works("--help").partition("Exit status: ")[2]
        self.assertEqual({int(each) for each in re.findall(r"\b(\d+)\b", footer.replace("eventcore(1)", ""))}, numbers)

    def test_manual_has_each_member_of_a_line(self):
        part = self.manual().partition(".Sh EVENTS")[2].partition(".Sh ENVIRONMENT")[0]
        members = set(re.findall(r"\b[a-z_0-9]+\b", " ".join(re.findall(r"^\.It Cm (.*)$", part, re.MULTILINE))))
        complaint = self.fails(2, "import", config=support.MEMORY, stdin='{"stream":"a","version":1,"type":"t","x":1}')
        known = re.search(r"known are (.*)", complaint).group(1)
        self.assertEqual(members, set(known.split(", ")))

    def test_manual_is_well_formed(self):
        if shutil.which("mandoc") is None:
            self.skipTest("mandoc is not installed")
        told = self.run_program("mandoc", "-T", "lint", MANUAL)
        self.assertEqual((told.status, told.out, told.err), (0, "", ""))
        shown = self.run_program("mandoc", "-T", "utf8", MANUAL)
        self.assertEqual(shown.status, 0)
        self.assertIn("Move a store from RocksDB to Postgres", shown.out)

    def completed(self, *words):
        """What bash offers for the last of the words."""
        script = (f'eval "$("{EVENTCORE}" completion bash)"\n'
                  'compopt() { :; }\n'  # there is no completion under way
                  'complete -p eventcore > /dev/null || exit 9\n'
                  'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()\n'
                  '_eventcore eventcore "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"\n'
                  'for each in "${COMPREPLY[@]}"; do printf "%s\\n" "$each"; done\n')
        told = self.run_program("bash", "--norc", "-c", script, "bash", EVENTCORE, *words, cwd=self.folder)
        self.assertEqual((told.status, told.err), (0, ""), told)
        return told.out.splitlines()

    def test_completion_in_bash(self):
        commands = self.commands()
        top = {name for name in commands if name and " " not in name}
        self.assertEqual(set(self.completed("")), top | {"--config", "--help", "--version"})
        self.assertEqual(self.completed("ver"), ["verify"])
        for name in set(commands) - {""}:
            options = {f"--{each}" for each in self.long_options(commands[name].partition("Options:")[2].partition("Exit")[0])}
            offered = {each for each in self.completed(*name.split(), "--") if each.startswith("--")}
            self.assertEqual(offered, options | {"--config"}, name)
        self.assertEqual(self.completed("read", "--aft"), ["--after"])
        self.assertEqual(self.completed("--config", "x.yaml", "str"), ["streams"])
        self.assertEqual(self.completed("completion", "z"), ["zsh"])
        self.assertEqual(self.completed("plugins", "d"), ["describe"])
        self.assertEqual(self.completed("plugins", "describe", "mem"), ["memory"])
        self.assertEqual(self.completed("read", "--limit", ""), [])
        self.assertEqual(self.completed("projection", "--config", "x.yaml", "re"), ["rebuild", "replay", "reset"])
        self.assertEqual(self.completed("projection", "reset", "--to", ""), [])
        self.assertEqual(self.completed("projection", "reset", "balances", "--t"), ["--to", "--timeout"])

    def test_completion_of_files_in_bash(self):
        self.file("bank store.yaml", "")
        self.file("bank.yaml", "")
        for words in (("info", "--config"), ("--config",), ("copy", "--from"), ("copy", "--to"), ("import",), ("bench",), ("bench", "--out"),
                      ("export", "-o"), ("append", "s", "--data-file")):
            self.assertEqual(set(self.completed(*words, "ba")), {"bank store.yaml", "bank.yaml"}, words)

    def test_completion_in_zsh(self):
        if shutil.which("zsh") is None:
            self.skipTest("zsh is not installed")
        script = self.file("_eventcore", self.works("completion", "zsh"))
        told = self.run_program("zsh", "-n", script)
        self.assertEqual((told.status, told.err), (0, ""))
        told = self.run_program("zsh", "-fc", f"fpath=({self.folder} $fpath); autoload -U compinit && compinit -u -d "
                                              f"{self.path('dump')}; print ${{_comps[eventcore]}}; autoload +X _eventcore")
        self.assertEqual((told.status, told.out, told.err), (0, "_eventcore\n", ""))

    def test_completion_in_fish(self):
        script = self.works("completion", "fish")
        for name in self.commands():
            if name:
                self.assertRegex(script, rf"-a {name.split()[-1]} -d ")
        if shutil.which("fish") is None:
            self.skipTest("fish is not installed")
        told = self.run_program("fish", "--no-config", "-c", f"source {self.file('e.fish', script)}; complete -C 'eventcore ver'")
        self.assertEqual((told.status, told.err), (0, ""))
        self.assertIn("verify", told.out)


if __name__ == "__main__":
    support.main()
