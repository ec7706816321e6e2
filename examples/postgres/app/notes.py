"""Keeps notes in PostgreSQL: GET / lists them, POST / adds the request's body as one."""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg2


def query(statement, values=()):
    connection = psycopg2.connect(os.environ["DATABASE_URL"], connect_timeout=5)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer("".join(f"{number}: {text}\n" for number, text in query("SELECT id, text FROM notes ORDER BY id")))

    def do_POST(self):
        text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.answer("note %d\n" % query("INSERT INTO notes (text) VALUES (%s) RETURNING id", (text,))[0])

    def answer(self, text):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


# Process 1 of a container ignores signals that it has no handler for.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
query("CREATE TABLE IF NOT EXISTS notes (id SERIAL PRIMARY KEY, text TEXT NOT NULL)")
ThreadingHTTPServer(("", 8080), Handler).serve_forever()
