set -e
# snippet: pkg-config
c++ -std=c++23 main.cpp -o shop $(pkg-config --cflags --libs eventcore)
# snippet end
