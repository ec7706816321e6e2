"""Lists tasks from a table that only its migrations have made: `tasks.py migrate` runs those that have not run yet."""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg2

MIGRATIONS = [
    "CREATE TABLE tasks (id SERIAL PRIMARY KEY, text TEXT NOT NULL)",
    "INSERT INTO tasks (text) VALUES ('write the first migration')",
]


def connect():
    return psycopg2.connect(os.environ["DATABASE_URL"], connect_timeout=5)


def migrate():
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY)")
        cursor.execute("SELECT number FROM migrations")
        done = {number for (number,) in cursor.fetchall()}
        for number, statement in enumerate(MIGRATIONS, start=1):
            if number not in done:
                print(f"migration {number}: {statement}")
                cursor.execute(statement)
                cursor.execute("INSERT INTO migrations VALUES (%s)", (number,))


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        with connect() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT id, text FROM tasks ORDER BY id")
            body = "".join(f"{number}: {text}\n" for number, text in cursor.fetchall()).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if sys.argv[1:] == ["migrate"]:
    migrate()
else:
    # Process 1 of a container ignores signals that it has no handler for.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ThreadingHTTPServer(("", 8080), Handler).serve_forever()
