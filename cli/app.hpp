// The grammar of the command line, for parsing it and for telling shells about it.
#pragma once

#include "options.hpp"

#include <CLI/CLI.hpp>
#include <memory>

namespace cli {

// Parses into `options`, which must outlive it.
std::unique_ptr<CLI::App> make_app(Options& options);

}  // namespace cli
