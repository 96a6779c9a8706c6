"""The Debian packages: what is in them, that they run where they are unpacked, and in a root that has nothing else."""
import fnmatch
import json
import os
import re
import shutil
import urllib.error
import urllib.request

import support

DEBS = os.path.join(support.ROOM, "debs")
PLUGINS = ("memory", "postgres", "rocksdb")
PACKAGES = ["eventcore-tools", "libeventcore-dev", "libeventcore0", *(f"eventcore-plugin-{name}" for name in PLUGINS)]
# By lib, the folder of the machine's libraries. Each pattern stands for at least one file.
FILES = {
    "libeventcore0": ["{lib}/libeventcore.so.0", "{lib}/libeventcore.so.0.*"],
    "libeventcore-dev": ["usr/include/eventcore/*.h*", "{lib}/libeventcore.so", "{lib}/libeventcore.a",
                         "{lib}/eventcore/static/libeventcore_plugin_*.a", "{lib}/pkgconfig/eventcore.pc",
                         "{lib}/cmake/eventcore/*"],
    "eventcore-tools": ["usr/bin/eventcore", "usr/bin/eventcore-conformance", "usr/share/man/man1/eventcore.1.gz",
                        "usr/share/man/man1/eventcore-conformance.1.gz",
                        "usr/share/bash-completion/completions/eventcore",
                        "usr/share/zsh/vendor-completions/_eventcore",
                        "usr/share/fish/vendor_completions.d/eventcore.fish"],
    **{f"eventcore-plugin-{name}": [f"{{lib}}/eventcore/plugins/eventcore_plugin_{name}.so",
                                    f"usr/share/eventcore/config/{name}.yaml"] for name in PLUGINS},
}
DOCUMENTS = ["changelog.Debian.gz", "changelog.gz", "copyright"]
CONFIG = "plugin: rocksdb\noptions:\n  path: {folder}/data\n"
# What apt keeps for itself, which is no package's.
NOTES = re.compile(r"\./(var/cache|var/log|var/lib/apt|var/lib/dpkg|tmp)(/|$)")


class Test(support.Case):
    def deb(self, package):
        found = [name for name in os.listdir(DEBS) if name.startswith(package + "_")]
        self.assertEqual(len(found), 1, found)
        return os.path.join(DEBS, found[0])

    def field(self, package, name):
        return self.run_well("dpkg-deb", "-f", self.deb(package), name).strip()

    def lib(self):
        return "usr/lib/" + self.run_well("dpkg-architecture", "-qDEB_HOST_MULTIARCH").strip()

    def test_debs_say_what_they_are(self):
        self.assertEqual(sorted(name.partition("_")[0] for name in os.listdir(DEBS)), sorted(PACKAGES))
        version = self.field("libeventcore0", "Version")
        for package in PACKAGES:
            self.assertEqual(self.field(package, "Version"), version)
            self.assertEqual(self.field(package, "Multi-Arch"), "foreign" if package == "eventcore-tools" else "same")
            lines = self.field(package, "Description").splitlines()
            self.assertGreater(len(lines), 3)
            self.assertLessEqual(max(map(len, lines)), 80, lines)
            parts = set(self.run_well("sh", "-ec", 'dpkg-deb --ctrl-tarfile "$0" | tar t', self.deb(package)).split())
            extra = {"./triggers", "./shlibs"} if package == "libeventcore0" else set()
            self.assertEqual(parts, {"./", "./control", "./md5sums"} | extra)
        self.assertEqual(self.run_well("dpkg-deb", "-I", self.deb("libeventcore0"), "triggers"),
                         "activate-noawait ldconfig\n")
        for package in ("eventcore-tools", "libeventcore-dev"):
            self.assertIn(f"libeventcore0 (= {version})", self.field(package, "Depends"))
        for package, library in (("libeventcore0", "libyaml-cpp"), ("eventcore-plugin-rocksdb", "librocksdb"),
                                 ("eventcore-plugin-postgres", "libpqxx")):
            self.assertIn(library, self.field(package, "Depends"))
        self.assertNotIn("eventcore", self.field("eventcore-plugin-memory", "Depends"))

    def test_debs_hold_what_they_should(self):
        lib = self.lib()
        for package in PACKAGES:
            wanted = [pattern.format(lib=lib) for pattern in FILES[package]]
            wanted += [f"usr/share/doc/{package}/{name}" for name in DOCUMENTS]
            seen = set()
            for line in self.run_well("dpkg-deb", "--contents", self.deb(package)).splitlines():
                mode, owner, _, _, _, name = line.split(maxsplit=5)
                self.assertEqual(owner, "root/root", line)
                self.assertNotRegex(mode, "^[^l].{4}w|^[^l].{7}w", line)  # nobody else may write
                if mode[0] == "d":
                    continue
                name = name.partition(" -> ")[0].removeprefix("./")
                matching = [pattern for pattern in wanted if fnmatch.fnmatch(name, pattern)]
                self.assertTrue(matching, f"{package} has {name}")
                seen.update(matching)
            self.assertEqual(seen, set(wanted), package)

    def check_store(self, config, run):
        """Events are appended, read by another process, and the suite passes; `run` gives what a program prints."""
        for number in (1, 2):
            run("eventcore", "--config", config, "append", "shop/1", "--type", "sold", "--data", f'{{"n": {number}}}')
        events = [json.loads(line) for line in run("eventcore", "--config", config, "read", "shop/1").splitlines()]
        self.assertEqual([(event["type"], event["data"]) for event in events], [("sold", {"n": 1}), ("sold", {"n": 2})])
        suite = run("eventcore-conformance", "--config", config, "--gtest_filter=Append.*:Reopen.*")
        self.assertIn("[  PASSED  ]", suite)

    def test_debs_run_where_they_are_unpacked(self):
        for package in PACKAGES:
            self.run_well("dpkg-deb", "-x", self.deb(package), self.path("root"))
        env = {"LD_LIBRARY_PATH": self.path("root", self.lib())}
        config = self.file("shop.yaml", CONFIG.format(folder=self.folder))

        def run(program, *arguments):
            return self.run_well(self.path("root/usr/bin", program), *arguments, env=env)

        self.check_store(config, run)
        files = [line.split("\t")[2] for line in run("eventcore", "plugins").splitlines()]
        self.assertEqual(files[:3], [self.path("root", self.lib(), f"eventcore/plugins/eventcore_plugin_{name}.so")
                                     for name in PLUGINS])

    def mirror(self):
        """Where this machine gets its packages from."""
        if os.geteuid() != 0 or not shutil.which("debootstrap"):
            self.skipTest("a fresh root needs root's rights and debootstrap")
        suite = self.run_well("sh", "-c", ". /etc/os-release; echo $VERSION_CODENAME").strip()
        listed = self.run_program("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages",
                                  f"Codename: {suite}").out.split()
        if not listed:
            self.skipTest(f"apt knows no mirror of {suite}")
        mirror = listed[0].rstrip("/")
        try:
            urllib.request.urlopen(f"{mirror}/dists/{suite}/InRelease", timeout=30).close()
        except (urllib.error.URLError, TimeoutError) as error:
            self.skipTest(f"the mirror does not answer: {error}")
        return suite, mirror

    def fresh_root(self):
        suite, mirror = self.mirror()
        root, cache = self.path("root"), os.path.join(support.ROOM, "debootstrap")
        os.makedirs(cache, exist_ok=True)
        made = self.run_program("debootstrap", "--variant=minbase", f"--cache-dir={cache}", suite, root, mirror)
        self.addCleanup(shutil.rmtree, root)
        if "Cannot install into target" in made.out + made.err:
            self.skipTest("a root cannot be made on this file system")
        self.assertEqual(made.status, 0, made)
        os.mkdir(os.path.join(root, "tmp", "debs"))
        for package in PACKAGES:
            shutil.copy(self.deb(package), os.path.join(root, "tmp", "debs"))
        return root

    def in_root(self, *command):
        return self.run_well("env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive",
                             "chroot", self.path("root"), *command)

    def files(self):
        found = self.in_root("sh", "-c", "cd / && find . -xdev").splitlines()
        return sorted(name for name in found if not NOTES.match(name))

    def apt(self, *arguments):
        # Without Recommends: the packages alone, and what they depend on.
        self.in_root("apt-get", "-qq", "-y", "--no-install-recommends", *arguments)

    def test_debs_in_a_fresh_root(self):
        """Installed with what they depend on, run, and purged: then everything is as before."""
        root = self.fresh_root()
        before = self.files()
        self.apt("install", *(f"/tmp/debs/{os.path.basename(self.deb(package))}" for package in PACKAGES))
        with open(os.path.join(root, "tmp", "shop.yaml"), "w", encoding="utf-8") as config:
            config.write(CONFIG.format(folder="/tmp"))
        self.check_store("/tmp/shop.yaml", self.in_root)
        self.assertEqual(self.in_root("dpkg", "--audit"), "")
        self.assertEqual(self.in_root("dpkg", "--verify", *PACKAGES), "")
        if os.environ.get("EVENTCORE_LONG_TESTS"):
            self.check_builds(root)
        self.apt("purge", "--auto-remove", *PACKAGES)
        self.assertEqual(self.files(), before)

    def check_builds(self, root):
        """A host on libeventcore-dev, as its users have it."""
        self.apt("install", "g++", "pkgconf")
        for name in ("010_transfer.cpp", "transfer.hpp"):
            shutil.copy(os.path.join(support.SOURCE, "examples", name), os.path.join(root, "tmp"))
        self.in_root("sh", "-ec", "cd /tmp && c++ -std=c++23 010_transfer.cpp -o shop"
                                  " $(pkg-config --cflags --libs eventcore)")
        with open(os.path.join(root, "tmp", "memory.yaml"), "w", encoding="utf-8") as config:
            config.write("plugin: memory\n")
        self.assertEqual(self.in_root("/tmp/shop", "/tmp/memory.yaml"), support.TRANSFER)
        self.apt("purge", "--auto-remove", "g++", "pkgconf")


if __name__ == "__main__":
    support.main()
