"""The stages of recorded figures, on an open history file. Needs numpy: imported when first used.

Figures are first written shelf by shelf (some VMs of one host, or some hosts) as time goes: half a minute of five-second
values a row of `seconds`; ten minutes of them are joined to a row of `runs`, so that a plot need not gather hundreds. When an
hour has ended it is packed: minutes of each subject into its block of that quarter of a day, and the hour's own figures as
a row of `hours` a shelf. When a day has ended, its hours go into a block of each subject's week. What is asked for is put
together from whatever stage it is at.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from console.inventory.packing import GAP, Codes, coded, decoded, packed, reduced, shelf_bytes, shelf_of, unpacked

CHUNK = 30  # seconds of a row of `seconds`
SLOTS_A_CHUNK = 6
RUN = 600  # seconds of a row of `runs`
SLOTS_A_RUN = 120
HOUR, QUARTER, DAY, WEEK = 3600, 6 * 3600, 86400, 7 * 86400
SLOTS_AN_HOUR = 720
CHUNKS_AN_HOUR = HOUR // CHUNK
LOW_BITS = 24  # of an id: which subject or shelf; the rest is when
_LOW = (1 << LOW_BITS) - 1


def merged(
    mine: NDArray[np.uint32], codes: Codes, numbers: NDArray[np.uint32], old: Codes
) -> tuple[NDArray[np.uint32], Codes]:
    """Two shelves of the same time as one; `codes` counts where it is no gap."""
    if old.shape[1:] != codes.shape[1:]:
        return mine, codes
    both = {int(number): values for number, values in zip(numbers, old, strict=True)}
    for number, values in zip(mine, codes, strict=True):
        was = both.get(int(number))
        both[int(number)] = values if was is None else _over(values, was)
    return np.array(list(both), np.uint32), np.stack(list(both.values()))


def _over(new: Codes, old: Codes) -> Codes:
    """`new`, and `old` where that has gaps."""
    return np.where(new == GAP, old, new).astype(np.uint16)


# ten minutes


def runs_to_join(db: sqlite3.Connection, this: int) -> list[tuple[int, int]]:
    """Ten minutes and shelf of all rows before the ten minutes `this`."""
    rows = db.execute("SELECT id FROM seconds WHERE id < ?", (this * (RUN // CHUNK) << LOW_BITS,))
    return sorted({((row >> LOW_BITS) // (RUN // CHUNK), row & _LOW) for (row,) in rows})


def join(db: sqlite3.Connection, run: int, shelf: int) -> None:
    """A shelf's ten minutes into one row."""
    first = run * (RUN // CHUNK)
    fine = seconds_of(db, [shelf], first, RUN // CHUNK)
    if fine:
        data = shelf_bytes(np.array(list(fine), np.uint32), np.stack(list(fine.values())))
        db.execute("INSERT OR REPLACE INTO runs VALUES (?, ?)", (run << LOW_BITS | shelf, data))
    rows = [(chunk << LOW_BITS | shelf,) for chunk in range(first, first + RUN // CHUNK)]
    db.executemany("DELETE FROM seconds WHERE id = ?", rows)


def seconds_of(
    db: sqlite3.Connection,
    shelves: Sequence[int],
    first: int,
    count: int,
    wanted: Mapping[int, Sequence[int]] | None = None,
) -> dict[int, Codes]:
    """Five-second values of all on these shelves over `count` chunks: by number, measure × slot.

    wanted: only of these numbers, and only their measures at these places.
    """
    slots = count * SLOTS_A_CHUNK
    together: dict[
        tuple[int, bytes], tuple[list[int], Codes]
    ] = {}  # rows of a shelf nearly always hold the same subjects

    def put(row: int, data: bytes, at: int) -> None:
        numbers, codes = shelf_of(data)
        key = row & _LOW, numbers.tobytes()
        if key not in together:
            rows = [index for index, number in enumerate(numbers.tolist()) if wanted is None or number in wanted]
            height = codes.shape[1] if wanted is None or not rows else len(wanted[int(numbers[rows[0]])])
            together[key] = (rows, np.full((len(rows), height, slots), GAP, np.uint16))
        rows, into = together[key]
        if not rows:
            return
        codes = codes if len(rows) == len(codes) else codes[rows]
        codes = codes if wanted is None else codes[:, wanted[int(numbers[rows[0]])]]
        begin, end = max(at, 0), min(at + codes.shape[2], slots)
        part = into[:, :, begin:end]
        part[:] = _over(codes[:, :, begin - at : end - at], part)

    per = RUN // CHUNK
    runs = [run << LOW_BITS | shelf for run in range(first // per, -(-(first + count) // per)) for shelf in shelves]
    for row, data in some_rows(db, "runs", runs):
        put(row, data, (row >> LOW_BITS) * SLOTS_A_RUN - first * SLOTS_A_CHUNK)
    rows = [first + chunk << LOW_BITS | shelf for chunk in range(count) for shelf in shelves]
    for row, data in some_rows(db, "seconds", rows):
        put(row, data, ((row >> LOW_BITS) - first) * SLOTS_A_CHUNK)
    found: dict[int, Codes] = {}
    for (_shelf, numbers), (chosen, values) in together.items():
        for index, number in enumerate(np.frombuffer(numbers, "<u4")[chosen].tolist()):
            was = found.get(number)
            found[number] = values[index] if was is None else _over(values[index], was)
    return found


# hours


def hours_to_pack(db: sqlite3.Connection, this: int) -> list[int]:
    """Hours before the hour `this` of which there are figures that are not packed."""
    done = {hour for (hour,) in db.execute("SELECT hour FROM packed")}
    found = set(_hours_in(db, "SELECT min(id) FROM seconds WHERE id >= ?", CHUNKS_AN_HOUR, this))
    found |= set(_hours_in(db, "SELECT min(id) FROM runs WHERE id >= ?", HOUR // RUN, this))
    return sorted(found - done)


def _hours_in(db: sqlite3.Connection, next_row: str, per: int, this: int) -> list[int]:
    found, at = [], 0
    while (row := db.execute(next_row, (at,)).fetchone()[0]) is not None:
        hour = (row >> LOW_BITS) // per
        if hour >= this:
            break
        found.append(hour)
        at = (hour + 1) * per << LOW_BITS
    return found


def shelves_of(db: sqlite3.Connection, hour: int) -> list[int]:
    """Shelves of which there are figures of that hour."""
    found: set[int] = set()
    for statement, per in (
        ("SELECT DISTINCT id & ? FROM seconds WHERE id >= ? AND id < ?", CHUNKS_AN_HOUR),
        ("SELECT DISTINCT id & ? FROM runs WHERE id >= ? AND id < ?", HOUR // RUN),
    ):
        rows = db.execute(statement, (_LOW, hour * per << LOW_BITS, (hour + 1) * per << LOW_BITS))
        found.update(shelf for (shelf,) in rows)
    return sorted(found)


def pack_hour(db: sqlite3.Connection, hour: int, shelf: int, known: Collection[int]) -> None:
    """One shelf's hour: minutes into blocks of a quarter of a day, merged with what is there, and the hour's row."""
    fine = seconds_of(db, [shelf], hour * CHUNKS_AN_HOUR, CHUNKS_AN_HOUR)
    numbers = [number for number in fine if number in known]
    if not numbers:
        return
    values = decoded(np.stack([fine[number] for number in numbers]))
    minutes = [coded(part) for part in reduced(values, values, values, 12)]
    quarter, place = divmod(hour, QUARTER // HOUR)
    there = blocks(db, "minutes", [quarter << LOW_BITS | number for number in numbers])
    rows, again = [], []
    for index, number in enumerate(numbers):
        width = minutes[0].shape[1]
        whole = np.full((3, width, QUARTER // 60), GAP, np.uint16)
        if number in there:
            whole[:] = unpacked(there[number], width)
        part = whole[:, :, place * 60 : place * 60 + 60]
        if (part[1] != GAP).any():
            again.append(index)
        for which, told in enumerate(minutes):
            part[which] = told[index] = _over(told[index], part[which])
        rows.append((quarter << LOW_BITS | number, packed(*whole)))
    db.executemany("INSERT OR REPLACE INTO minutes VALUES (?, ?)", rows)
    hours = reduced(values, values, values, SLOTS_AN_HOUR)
    if again:
        low, mean, high = (decoded(part[again]) for part in minutes)
        for whole_hour, merged_hour in zip(hours, reduced(low, mean, high, 60), strict=True):
            whole_hour[again] = merged_hour
    data = shelf_bytes(np.array(numbers, np.uint32), np.concatenate([coded(part) for part in hours], axis=-1))
    db.execute("INSERT OR REPLACE INTO hours VALUES (?, ?)", (hour << LOW_BITS | shelf, data))


def hour_packed(db: sqlite3.Connection, hour: int) -> None:
    """All shelves of that hour are packed."""
    db.execute("INSERT OR IGNORE INTO packed VALUES (?)", (hour,))


# days


def days_to_pack(db: sqlite3.Connection, today: int) -> list[tuple[int, int]]:
    """Day and shelf of all rows of hours before the day `today`."""
    rows = db.execute("SELECT id FROM hours WHERE id < ?", (today * 24 << LOW_BITS,))
    return sorted({((row >> LOW_BITS) // 24, row & _LOW) for (row,) in rows})


def pack_day(db: sqlite3.Connection, day: int, shelf: int, known: Collection[int]) -> None:
    """One shelf's day: its hours into the block of each subject's week."""
    week, first = divmod(day * 24, WEEK // HOUR)
    rows = [day * 24 + hour << LOW_BITS | shelf for hour in range(24)]
    days: dict[int, Codes] = {}
    for row, data in some_rows(db, "hours", rows):
        hour = (row >> LOW_BITS) - day * 24
        for number, codes in zip(*shelf_of(data), strict=True):
            into = days.setdefault(int(number), np.full((3, codes.shape[0], 24), GAP, np.uint16))
            into[:, :, hour] = codes.T
    there = blocks(db, "weeks", [week << LOW_BITS | number for number in days])
    written = []
    for number, codes in days.items():
        if number not in known:
            continue
        width = codes.shape[1]
        whole = np.full((3, width, WEEK // HOUR), GAP, np.uint16)
        if number in there:
            whole[:] = unpacked(there[number], width)
        part = whole[:, :, first : first + 24]
        part[:] = _over(codes, part)
        written.append((week << LOW_BITS | number, packed(*whole)))
    db.executemany("INSERT OR REPLACE INTO weeks VALUES (?, ?)", written)
    db.executemany("DELETE FROM hours WHERE id = ?", [(row,) for row in rows])


# rows


_SOME = {
    "seconds": "SELECT id, data FROM seconds WHERE id IN (SELECT value FROM json_each(?))",
    "runs": "SELECT id, data FROM runs WHERE id IN (SELECT value FROM json_each(?))",
    "minutes": "SELECT id, data FROM minutes WHERE id IN (SELECT value FROM json_each(?))",
    "hours": "SELECT id, data FROM hours WHERE id IN (SELECT value FROM json_each(?))",
    "weeks": "SELECT id, data FROM weeks WHERE id IN (SELECT value FROM json_each(?))",
}


def some_rows(db: sqlite3.Connection, table: str, rows: Sequence[int]) -> list[tuple[int, bytes]]:
    """Those of `rows` that are there."""
    return db.execute(_SOME[table], (str(list(rows)),)).fetchall()


def blocks(db: sqlite3.Connection, table: str, rows: Sequence[int]) -> dict[int, bytes]:
    """Blocks by subject; all rows are of one time."""
    return {row & _LOW: data for row, data in some_rows(db, table, rows)}
