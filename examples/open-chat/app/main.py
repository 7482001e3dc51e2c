"""Chats in SQLite (WAL), uploads in a folder beside it: the pages, the API and their store in one process."""

import json
import os
import sqlite3
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DATA = Path("/app/data")
VERSION = os.environ["VERSION"]


def database() -> sqlite3.Connection:
    connection = sqlite3.connect(DATA / "app.db", timeout=10)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma foreign_keys = on")
    return connection


def prepare() -> None:
    with database() as connection:
        connection.executescript(
            """
            create table if not exists chats (id integer primary key, title text not null);
            create table if not exists messages (
                id integer primary key,
                chat integer not null references chats (id),
                role text not null,
                content text not null
            );
            """
        )


def answer(question: str) -> str:
    body = json.dumps({"prompt": question}).encode()
    url = f"{os.environ['OLLAMA_URL']}/api/generate"
    with urllib.request.urlopen(urllib.request.Request(url, body), timeout=10) as response:
        return json.load(response)["response"]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/health":
            with database() as connection:
                connection.execute("select count(*) from chats").fetchone()
            return self.reply(200, {"version": VERSION})
        if self.path == "/api/chats":
            with database() as connection:
                rows = connection.execute(
                    "select title, count(messages.id) from chats join messages on chat = chats.id"
                    " group by chats.id order by chats.id"
                ).fetchall()
            return self.reply(200, [{"title": title, "messages": count} for title, count in rows])
        if self.path == "/api/files":
            return self.reply(200, sorted(file.name for file in (DATA / "uploads").iterdir()))
        self.reply(404, {})

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/api/chats":
            question = json.loads(content)["message"]
            said = answer(question)
            with database() as connection:
                chat = connection.execute(
                    "insert into chats (title) values (?)", (question[:40],)
                ).lastrowid
                connection.executemany(
                    "insert into messages (chat, role, content) values (?, ?, ?)",
                    [(chat, "user", question), (chat, "assistant", said)],
                )
            return self.reply(201, {"answer": said})
        self.reply(404, {})

    def do_PUT(self) -> None:
        name = Path(self.path).name
        content = self.rfile.read(int(self.headers["content-length"]))
        (DATA / "uploads" / name).write_bytes(content)
        self.reply(201, {"file": name})

    def reply(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


prepare()
ThreadingHTTPServer(("", 8080), Handler).serve_forever()
