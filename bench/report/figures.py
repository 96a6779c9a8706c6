"""What a row says: medians over its repetitions, a ratio, and whether the aim is met."""

from statistics import median


def medians(samples):
    """Of each figure that all samples have, for itself."""
    shared = set.intersection(*(set(sample) for sample in samples))
    return {name: median(sample[name] for sample in samples)
            for name in shared if isinstance(samples[0][name], (int, float)) and not isinstance(samples[0][name], bool)}


def rounded(value):
    """Three digits at least, and the thousands apart."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}"


def latencies(figures):
    return "p50 {}, p99 {}, p99.9 {} µs".format(*(rounded(figures[name]) for name in ("p50_us", "p99_us", "p99_9_us")))


def rate(figures):
    return f"{rounded(figures['per_second'])}/s; {latencies(figures)}"


def verdict(missing):
    """`missing` is the part of the aim that is not reached: 0.07 for 7 % short of it or above it."""
    return "yes" if missing <= 0 else f"missed by {100 * missing:.1f} %"


def told(ratio):
    """Two digits at least of what is small, too."""
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.2g}"


def aim_of(ratio, aim):
    """Without an aim the ratio speaks for itself."""
    return ["—", "—"] if aim is None else [f"≥ {aim}", verdict((aim - ratio) / aim)]


class AtLeast:
    """Throughput: ours divided by the rival's must reach the aim. `events` in one of our operations: the ratio is told
    counted in events, too, but the aim is held against the operations."""

    def __init__(self, ratio, events=1):
        self.aim = ratio
        self.events = events

    def cells(self, ours, rival):
        ratio = ours["per_second"] / rival["per_second"]
        both = told(ratio) if self.events == 1 else f"{ratio:.2f} (in events {self.events * ratio:.2f})"
        return [rate(ours), rate(rival), both] + aim_of(ratio, self.aim)


class EventsAtLeast:
    """The same in events that were read."""

    def __init__(self, ratio):
        self.aim = ratio

    def cells(self, ours, rival):
        mine, other = (figures["per_second"] * figures["events_read_per_operation"] for figures in (ours, rival))
        return [f"{rounded(mine)} events/s", f"{rounded(other)} events/s", told(mine / other)] + aim_of(mine / other, self.aim)


class RateBeside:
    """Events a second, where there is no latency."""

    def cells(self, ours, rival):
        return [f"{rounded(ours['per_second'])} events/s", f"{rounded(rival['per_second'])} events/s",
                told(ours["per_second"] / rival["per_second"]), "—", "—"]


class TimeBeside:
    """One time beside another."""

    def cells(self, ours, rival):
        return [f"{rounded(ours['mean_us'] / 1e6)} s", f"{rounded(rival['mean_us'] / 1e6)} s",
                f"{told(ours['mean_us'] / rival['mean_us'])} times as long", "—", "—"]


class SizeBeside:
    """Bytes beside others; `name` is that of the figure, in KiB."""

    def __init__(self, name):
        self.name = name

    def cells(self, ours, rival):
        return [f"{rounded(ours[self.name] / 1024)} MiB", f"{rounded(rival[self.name] / 1024)} MiB",
                f"{told(ours[self.name] / rival[self.name])} times as much", "—", "—"]


class LatencyBeside:
    """Ours beside another one that it cannot be below; how many times as long it takes by the median."""

    def cells(self, ours, rival):
        return [latencies(ours), latencies(rival), f"{ours['p50_us'] / rival['p50_us']:.2f} times as long", "—", "—"]


class MicrosecondsAtMost:
    """A mean time, held against one that somebody else published."""

    def __init__(self, microseconds):
        self.aim = microseconds

    def cells(self, ours, rival):
        mean = ours["mean_us"]
        aim = "—" if self.aim is None else f"≤ {self.aim} µs"
        met = "—" if self.aim is None else verdict((mean - self.aim) / self.aim)
        published = "—" if rival is None else f"{rival['mean_us']:g} µs (published, not measured here)"
        faster = "—" if rival is None else f"{rival['mean_us'] / mean:.2f}"
        return [f"{rounded(mean)} µs mean; {latencies(ours)}", published, faster, aim, met]


class MemoryAtMost:
    """The growth of resident memory as a part of the bytes that were read."""

    def __init__(self, part):
        self.aim = part

    def cells(self, ours, rival):
        part = ours["rss_growth_kib"] / rival["kib"]
        return [f"peak RSS + {ours['rss_growth_kib'] / 1024:.1f} MiB", f"payloads of {rival['kib'] / 1024:.0f} MiB",
                f"{part:.3f}", f"≤ {self.aim}", verdict((part - self.aim) / self.aim)]
