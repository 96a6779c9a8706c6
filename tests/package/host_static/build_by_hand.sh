set -e
# snippet: by-hand
libdir=$(pkg-config --variable=libdir eventcore)
cc -std=c99 by_hand.c -o shop $(pkg-config --cflags eventcore) \
  $libdir/eventcore/static/libeventcore_plugin_memory.a $libdir/libeventcore.a -lyaml-cpp -lstdc++ -lm
# snippet end
