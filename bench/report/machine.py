"""What the figures were taken on."""

import datetime
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path


def first_line(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return "unknown"
    lines = (done.stdout or done.stderr).strip().splitlines()
    return lines[0] if lines else "unknown"


def field(text, name, default="unknown"):
    found = re.search(rf"^{name}\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else default


def cache_entry(build, name):
    try:
        text = (Path(build) / "CMakeCache.txt").read_text()
    except OSError:
        return "unknown"
    found = re.search(rf"^{name}:\w+=(.*)$", text, re.MULTILINE)
    return found[1] if found else "unknown"


def describe(build, folder, fdatasync):
    """Lines of Markdown."""
    cpu = Path("/proc/cpuinfo").read_text()
    memory_kib = int(field(Path("/proc/meminfo").read_text(), "MemTotal", "0 kB").split()[0])
    source, kind = (first_line(["findmnt", "-no", column, "-T", str(folder)]) for column in ("SOURCE", "FSTYPE"))
    compiler = cache_entry(build, "CMAKE_CXX_COMPILER")
    build_type = cache_entry(build, "CMAKE_BUILD_TYPE")
    flags = cache_entry(build, f"CMAKE_CXX_FLAGS_{build_type.upper()}")
    db_bench = first_line(["db_bench", "--version"]) if shutil.which("db_bench") else "not installed"
    load = " ".join(f"{part:.2f}" for part in os.getloadavg())
    return [
        f"- {datetime.date.today().isoformat()}, eventcore {cache_entry(build, 'CMAKE_PROJECT_VERSION')}",
        f"- {field(cpu, 'model name')}, {os.cpu_count()} cores ({field(cpu, 'cpu MHz')} MHz), "
        f"{memory_kib / 1024 / 1024:.1f} GiB; Linux {platform.release()}; load average at the start {load}",
        f"- data on {source}, {kind}; fdatasync after each append of 700 B: "
        f"{fdatasync['per_second']:,.0f}/s, p50 {fdatasync['p50_us']:.0f} µs, p99 {fdatasync['p99_us']:.0f} µs",
        f"- {first_line([compiler, '--version'])}, {build_type}: {flags}",
        f"- rivals: {db_bench} with its defaults",
    ]
