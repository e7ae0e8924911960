"""Times: seconds after BASE in the world, RFC 3339 in records."""
import datetime
import math

BASE = datetime.datetime(2026, 11, 23, 8, tzinfo=datetime.timezone.utc)
EVER = math.inf


def text(seconds):
    """To the nanosecond; as texts they are in order, too."""
    whole, ns = divmod(round(seconds * 1_000_000_000), 1_000_000_000)
    shown = (BASE + datetime.timedelta(seconds=whole)).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{shown}.{ns:09d}Z"


def cut(seconds):
    """To the whole second, as kubelets and API servers cut their times."""
    return text(math.floor(seconds))[:19] + "Z"
