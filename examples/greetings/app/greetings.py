"""Answers every visitor with a greeting that it reads from the database."""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pymysql


def connect():
    return pymysql.connect(
        host=os.environ["DATABASE_HOST"],
        user=os.environ["DATABASE_USER"],
        password=os.environ["DATABASE_PASSWORD"],
        database=os.environ["DATABASE_NAME"],
        charset="utf8mb4",
        connect_timeout=5,
        autocommit=True,
    )


def prepare():
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS greetings (id INT PRIMARY KEY, text VARCHAR(200) NOT NULL)")
        cursor.execute("INSERT IGNORE INTO greetings VALUES (1, 'Hello from the database!')")


def greeting():
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT text FROM greetings WHERE id = 1")
        return cursor.fetchone()[0]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path not in ("/", "/health"):
            self.answer(404, "not found")
            return
        try:
            text = greeting()
        except pymysql.MySQLError as error:
            self.answer(503, f"the database does not answer: {error}")
            return
        self.answer(200, text if self.path == "/" else "ok")

    def answer(self, status, text):
        body = f"{text}\n".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main():
    # Process 1 of a container ignores signals that it has no handler for.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    prepare()
    server = ThreadingHTTPServer(("", 8080), Handler)
    print("greetings listens on port 8080")
    server.serve_forever()


main()
