"""The same stories on Postgres."""
import support
from stories import Stories


class Test(Stories):
    def test_postgres_fulfilment(self):
        config = self.postgres()
        self.check_fulfilment(config)
        self.check_fulfilment(config)


if __name__ == "__main__":
    support.main()
