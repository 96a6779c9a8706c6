"""The same stories on Postgres."""
import support
from stories import Stories


class Test(Stories):
    def test_postgres_stories(self):
        config = self.postgres()
        for _ in range(2):
            self.check_fulfilment(config)
            self.check_registration(config)
        self.check_statement(config)
        self.check_statement_again(config)


if __name__ == "__main__":
    support.main()
