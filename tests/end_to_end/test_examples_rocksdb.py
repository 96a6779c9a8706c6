"""The same stories on RocksDB."""
import support
from stories import Stories


class Test(Stories):
    def test_rocksdb_fulfilment(self):
        config = self.rocksdb()
        self.check_fulfilment(config)
        self.check_fulfilment(config)


if __name__ == "__main__":
    support.main()
