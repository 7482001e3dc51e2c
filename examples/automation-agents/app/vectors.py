"""
Stands for Chroma on disk, with what makes its copies delicate: new vectors wait in SQLite, and move into files of
their own a handful at a time; from then on SQLite only knows in which file each of them is.
"""

import json
import sqlite3
import threading
from pathlib import Path

FOLDER = Path("/app/chroma")
IN_A_SEGMENT = 8
lock = threading.Lock()


def database() -> sqlite3.Connection:
    return sqlite3.connect(FOLDER / "chroma.sqlite3", timeout=10)


def prepare() -> None:
    with database() as connection:
        connection.execute(
            "create table if not exists embeddings (id integer primary key, text text, vector text, segment text)"
        )


def add(text: str) -> None:
    with lock, database() as connection:
        vector = json.dumps([ord(letter) % 16 for letter in text[:8]])
        connection.execute("insert into embeddings (text, vector) values (?, ?)", (text, vector))
        waiting = connection.execute(
            "select id, vector from embeddings where segment is null order by id"
        ).fetchall()
        if len(waiting) >= IN_A_SEGMENT:
            move(connection, waiting)


def move(connection: sqlite3.Connection, waiting: list) -> None:
    segment = f"segment-{waiting[0][0]}.json"
    (FOLDER / segment).write_text(json.dumps({str(id): vector for id, vector in waiting}))
    connection.executemany(
        "update embeddings set vector = null, segment = ? where id = ?",
        [(segment, id) for id, _ in waiting],
    )


def verify() -> dict:
    """Counts what can be read, vectors included: a count of rows alone proves nothing."""
    whole = lost = 0
    with lock, database() as connection:
        for id, vector, segment in connection.execute("select id, vector, segment from embeddings"):
            found = vector or in_segment(segment, id)
            whole, lost = (whole + 1, lost) if found else (whole, lost + 1)
    return {"whole": whole, "lost": lost}


def in_segment(segment: str, id: int) -> str | None:
    file = FOLDER / segment
    return json.loads(file.read_text()).get(str(id)) if file.exists() else None
