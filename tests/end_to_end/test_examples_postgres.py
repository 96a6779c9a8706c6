"""The same stories on Postgres."""
import support
from stories import Stories


class Test(Stories):
    def test_postgres_stories(self):
        self.check_where_it_stays(self.postgres())


if __name__ == "__main__":
    support.main()
