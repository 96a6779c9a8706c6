set -e
# snippet: pkg-config
cc -std=c99 main.c -o shop $(pkg-config --cflags --libs eventcore)
# snippet end
