"""A canary for a secret in the configuration: whatever goes wrong, no program prints it."""
import os
import shutil

import support
from support import BUILD, SHIPPED

CANARY = "canary-7f3a-bird"
TELLING = os.path.join(BUILD, "lib", "eventcore", "test_plugins", "eventcore_plugin_telling.so")
POSTGRES = os.path.join(BUILD, "lib", "eventcore", "plugins", "eventcore_plugin_postgres.so")
CLI = os.path.join(BUILD, "bin", "eventcore")


class Test(support.Case):
    def setUp(self):
        super().setUp()
        self.file("secret", CANARY + "\n")
        self.file("dsn", f"postgresql://app:{CANARY}@127.0.0.1:1/bank\n")
        self.file("event", "{}")

    def check_secret(self, ended):
        self.assertNotIn("canary", ended.out + ended.err, ended)
        self.assertNotEqual(ended.status, 0, ended)
        self.assertNotEqual(ended.err, "", ended)

    def check_all_programs(self, config):
        """Each fails on this configuration, in words, without the secret."""
        env = {"EVENTCORE_TEST_DSN": f"host=127.0.0.1 port=1 password={CANARY}"}
        self.check_secret(self.bank("--config", config, SHIPPED, env=env))
        self.check_secret(self.run_program(os.path.join(BUILD, "bin", "010_transfer"), config, env=env))
        other = self.file("memory.yaml", "plugin: memory\n")
        for command in (["info"], ["streams"], ["read", "a"], ["tail"], ["append", "a", "--type", "t", "--data", "{}"],
                        ["export"], ["import", self.path("event")], ["verify"]):
            self.check_secret(self.run_program(CLI, "--config", config, *command, env=env))
        self.check_secret(self.run_program(CLI, "copy", "--from", config, "--to", other, env=env))
        self.check_secret(self.run_program(CLI, "copy", "--from", other, "--to", config, env=env))

    def test_canary_plugin_that_tells(self):
        for how in ("fail", "throw"):
            for where in ("open", "info", "anywhere"):
                self.check_all_programs(self.file(
                    "telling.yaml", f"plugin: {TELLING}\noptions: {{how: {how}, where: {where}, "
                                    "password: '${file:secret}'}\n"))

    def test_canary_configuration_with_a_mistake(self):
        for options in ("passwrod: '${file:secret}'", f"password={CANARY}", f"password: [{CANARY}]", f"password: {CANARY} {{",
                        "number: '${file:secret}'", "password: '${file:secret}', colour: red"):
            self.check_all_programs(self.file("wrong.yaml", f"plugin: {TELLING}\noptions: {{{options}}}\n"))

    def test_canary_postgres_without_a_server(self):
        if not os.path.exists(POSTGRES):
            self.skipTest("the Postgres plugin is not built")
        for options in ("dsn: '${file:dsn}'", "dsn: '${EVENTCORE_TEST_DSN}'", "dsn: '${file:dsn}', durability: sometimes",
                        "dns: '${file:dsn}'"):
            self.check_all_programs(self.file("postgres.yaml", "plugin: postgres\noptions: {connect_timeout: 100ms, "
                                                               f"{options}}}\n"))

    def test_canary_plugin_list(self):
        shutil.copy(TELLING, self.folder)
        config = self.file("list.yaml", "plugin: telling\nplugin_path: [.]\noptions: {password: '${file:secret}'}\n")
        for command in (["plugins"], ["plugins", "describe", "telling"], ["plugins", "--json"]):
            ended = self.run_program(CLI, "--config", config, *command)
            self.assertEqual(ended.status, 0, ended)
            self.assertNotEqual(ended.out, "", ended)
            self.assertNotIn("canary", ended.out + ended.err, ended)


if __name__ == "__main__":
    support.main()
