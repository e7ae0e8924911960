"""Moments are integers: nanoseconds since 1970. NEVER and EVER stand for the two
ends of time, and nothing moves them."""
import calendar
import datetime
import re

NEVER = -(1 << 63)
EVER = (1 << 63) - 1
SECOND = 1_000_000_000

FORM = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))",
                  re.ASCII)
UNITS = {"": SECOND, "s": SECOND, "ms": 1_000_000, "m": 60 * SECOND, "h": 3600 * SECOND, "d": 86400 * SECOND}
cache = {}


def parse(text):
    """The moment that TEXT, RFC 3339, tells; None when it is anything else."""
    if not isinstance(text, str):
        return None
    if text not in cache:
        if len(cache) > 200_000:
            cache.clear()
        cache[text] = read(text)
    return cache[text]


def read(text):
    match = FORM.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    if not (1678 <= year <= 2261 and 1 <= month <= 12 and hour < 24 and minute < 60 and second < 60):
        return None
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    seconds = calendar.timegm((year, month, day, hour, minute, second))
    if match[8]:
        if int(match[9]) > 23 or int(match[10]) > 59:
            return None
        east = int(match[9]) * 3600 + int(match[10]) * 60
        seconds -= east if match[8] == "+" else -east
    if not calendar.timegm((1678, 1, 1, 0, 0, 0)) <= seconds < calendar.timegm((2262, 1, 1, 0, 0, 0)):
        return None
    return seconds * SECOND + int((match[7] or "").ljust(9, "0"))


def render(moment):
    """RFC 3339 in UTC with as many sub-second digits, 0 or 3, 6, 9, as it needs."""
    seconds, fraction = divmod(moment, SECOND)
    days, rest = divmod(seconds, 86400)
    year, month, day = civil(days)
    text = "%04d-%02d-%02dT%02d:%02d:%02d" % (year, month, day, rest // 3600, rest // 60 % 60, rest % 60)
    if fraction:
        digits = "%09d" % fraction
        for count in (3, 6, 9):
            if not digits[count:].strip("0"):
                text += "." + digits[:count]
                break
    return text + "Z"


def civil(days):
    """The date DAYS days after 1970-01-01."""
    date = datetime.date(1970, 1, 1) + datetime.timedelta(days=days)
    return date.year, date.month, date.day


def shift(moment, by):
    if moment == NEVER or moment == EVER:       # without a call: this is what an oracle does most
        return moment
    moved = moment + by
    if moved < NEVER:
        return NEVER
    return EVER if moved > EVER else moved


def duration(text):
    """Nanoseconds of "500ms", "10s", "5m", "2h", "3d" or a number of seconds."""
    match = re.fullmatch(r"(\d+)([a-z]*)", text, re.ASCII)
    if not match or match[2] not in UNITS:
        raise ValueError(f"{text!r} is no duration such as 500ms, 10s, 5m, 2h, 3d")
    return int(match[1]) * UNITS[match[2]]


def newest(moments):
    """The latest of those that are there, None when none is."""
    return max((moment for moment in moments if moment is not None), default=None)


def oldest(moments):
    return min((moment for moment in moments if moment is not None), default=None)
