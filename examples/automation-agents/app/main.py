"""One application: notes as Markdown, and what it has learnt of them as vectors."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import vectors

NOTES = Path("/app/notes")
VERSION = os.environ["VERSION"]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/health":
            return self.reply(200, {"version": VERSION})
        if self.path == "/knowledge":
            found = vectors.verify()
            notes = len(list(NOTES.glob("*.md")))
            return self.reply(500 if found["lost"] else 200, {"notes": notes, **found})
        self.reply(404, {})

    def do_POST(self) -> None:
        """A note: a file of its own, and a vector for each of its lines."""
        text = self.rfile.read(int(self.headers["content-length"])).decode()
        title = Path(self.path).name
        (NOTES / f"{title}.md").write_text(text)
        lines = [line for line in text.splitlines() if line]
        for line in lines:
            vectors.add(line)
        self.reply(201, {"note": title, "learnt": len(lines)})

    def reply(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


vectors.prepare()
ThreadingHTTPServer(("", 8000), Handler).serve_forever()
