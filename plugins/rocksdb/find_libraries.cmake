# What the plugin is linked with; programs that link its archive read this file, too.
find_package(RocksDB CONFIG REQUIRED)
