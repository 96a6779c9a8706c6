"""The same stories on RocksDB."""
import support
from stories import Stories


class Test(Stories):
    def test_rocksdb_stories(self):
        self.check_where_it_stays(self.rocksdb())


if __name__ == "__main__":
    support.main()
