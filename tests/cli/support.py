"""The command line, run as a user runs it."""
import json
import os
import re
import subprocess
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import programs
from programs import BUILD, MEMORY, PATIENCE_S, SERVER, SOURCE, Terminal, main

EVENTCORE = os.path.join(BUILD, "bin", "eventcore")
BANK = os.path.join(BUILD, "bin", "bank")


def ndjson(*lines):
    """Dictionaries as lines; text stays as it is."""
    return "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)


def line(stream="s", version=None, commit=None, type="t", data=1, **more):
    """An event to import, without what is None."""
    made = {"stream": stream, "version": version, "commit": commit, "type": type, "data": data, **more}
    return {name: value for name, value in made.items() if value is not None}


def commit_id(number):
    return str(uuid.UUID(int=number + 1))


def many(count, streams=50):
    """So many events: one without a commit id, then four commits over two streams each, and so on."""
    versions, made = {}, []
    for number in range(count):
        stream = f"account/{number % streams}"
        versions[stream] = versions.get(stream, 0) + 1
        commit = None if number % 9 == 0 else commit_id((number // 9) * 4 + (number % 9 - 1) // 2)
        made.append(line(stream, versions[stream], commit, data={"number": number}))
    return ndjson(*made)


class Case(programs.Case):
    def eventcore(self, *args, config=None, **more):
        return self.run_program(EVENTCORE, *(() if config is None else ("--config", config)), *args, **more)

    def works(self, *args, **more):
        """What a run says that ends well, without a word on standard error."""
        ended = self.eventcore(*args, **more)
        self.assertEqual((ended.status, ended.err), (0, ""), ended)
        return ended.out

    def fails(self, status, *args, **more):
        """What a run complains of that ends with this status, and says nothing else."""
        ended = self.eventcore(*args, **more)
        self.assertEqual(ended.status, status, ended)
        self.assertTrue(ended.err, ended)
        return ended.err

    def exported(self, config):
        """All of the store, to the byte."""
        return self.works("export", config=config)

    def events(self, config):
        return [json.loads(each) for each in self.exported(config).splitlines()]

    def rocksdb_with(self, text, **more):
        """A new RocksDB store that holds the lines."""
        config = self.rocksdb(**more)
        self.works("import", config=config, stdin=text)
        return config

    def bank_store(self, count, config=None):
        """A store that commands wrote, which read streams that they did not write."""
        config = config or self.rocksdb()
        csv = self.file("transfers.csv", "id,from,to,amount\n" + "".join(
            f"t-{n},a-{n % 9},a-{(n * 7 + 1) % 9},1\n" for n in range(count) if n % 9 != (n * 7 + 1) % 9))
        ended = self.run_program(BANK, "--config", config, csv)
        self.assertEqual(ended.status, 0, ended)
        return config

    def check_moved(self, source, target):
        """The target gives the same export; gives that."""
        before = self.exported(source)
        self.works("import", config=target, stdin=before)
        after = self.exported(target)
        self.assertEqual(after, before)
        self.assertIn("nothing is wrong", self.works("verify", config=target))
        return after


class Writer:
    """A bank that writes to the store while others look at it."""

    def __init__(self, case, config):
        self.case, self.fed = case, 0
        self.process = subprocess.Popen([BANK, "--config", config, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        for clean in (self.process.stdin.close, self.process.stdout.close, self.process.wait, self.process.kill):
            case.addCleanup(clean)

    def feed(self, count):
        lines = (f"w-{n},w-{n % 97},w-{(n * 7 + 1) % 97},1\n" for n in range(self.fed, self.fed + count))
        self.process.stdin.write("".join(lines).encode())
        self.process.stdin.flush()
        self.fed += count

    def end(self):
        """Of its input, and then its own, which must be a good one."""
        self.process.stdin.close()
        told = self.process.stdout.read().decode()
        self.case.assertEqual(self.process.wait(PATIENCE_S), 0, told)


def percent(seen, at_least, what):
    """Whether a progress says so much of it is done."""
    return any(int(each) >= at_least for each in re.findall(rf"{what}  (\d+)%", seen))
