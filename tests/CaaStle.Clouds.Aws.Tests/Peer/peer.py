"""AWS for tests: moto in this process, with a journal of calls, faults on demand, and the behaviour of AWS that moto has no notion of.

    python3 peer.py PORT_FILE [--speed N] [--registry HOST:PORT]

Writes its port to the file when it answers. Ends when its standard input is closed.
"""
import argparse
import html
import io
import json
import os
import re
import socket
import struct
import sys
import threading
import time
import urllib.parse

os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"

import moto
import moto.backends
import moto.iam.models as iam
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from model_check import ModelCheck
import ec2_world
import ecr_world
import ecs_world
import efs_world
import job_world
import eks_world
import network_world
import permissions_world
import quota_world
import world

KNOWN_MOTO = "5.2.1"

# Each account has all policies of AWS's own, and nearly all of them are of no use here.
iam.aws_managed_policies_data = json.dumps({name: policy for name, policy in json.loads(iam.aws_managed_policies_data).items()
    if "ECS" in name or "EKS" in name or "EC2Container" in name})

# moto looks for it in each account, with each call.
OWNERS = {}
find_owner = iam.get_account_id_from


def owner_of(access_key):
    owner = OWNERS.get(access_key) or find_owner(access_key)
    if owner != iam.DEFAULT_ACCOUNT_ID:
        OWNERS[access_key] = owner
    return owner


iam.get_account_id_from = owner_of

# moto reads its folder for each call, and lets all others wait meanwhile.
MODULES = list(moto.backends.list_of_moto_modules())
moto.backends.list_of_moto_modules = lambda: MODULES

# How much the answer that this thread gives is dated ahead.
CLOCK = threading.local()


class Peer:
    """The application around moto's own."""

    def __init__(self):
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.check = ModelCheck()
        self.lock = threading.Lock()
        self.faults = []
        self.journal = []

    def __call__(self, environ, start_response):
        body = self.read_body(environ)
        environ["wsgi.input"] = io.BytesIO(body)
        path = environ["PATH_INFO"]
        if path.startswith("/peer/"):
            return self.control(path.removeprefix("/peer/"), environ, body, start_response)
        if path.startswith("/moto-api"):
            return self.moto(environ, start_response)

        call = self.describe(environ, body)
        world.called(call["key"])
        with self.lock:
            fault = next((each for each in self.faults if self.applies(each, call, body)), None)
            if fault is not None:
                fault["times"] -= 1
            call["fault"] = fault and fault["do"]
            self.journal.append(call)

        kind = call["fault"]
        if kind == "error":
            return self.error(fault, call, environ, start_response)
        if kind == "close":
            self.reset(environ)
        status = []
        permissions_world.CALL.actions = []

        def remember(line, headers, exc_info=None):
            status.append(line)
            if kind == "lose":
                return None
            return start_response(line, headers, exc_info)

        answer = self.moto(environ, remember)
        call["actions"] = permissions_world.CALL.actions
        if kind == "lose":
            b"".join(answer)
            call["status"] = int(status[0][:3])
            self.reset(environ)
        call["status"] = int(status[0][:3])
        return answer

    @staticmethod
    def read_body(environ):
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", ""):
            return environ["wsgi.input"].read()
        length = int(environ.get("CONTENT_LENGTH") or 0)
        return environ["wsgi.input"].read(length) if length else b""

    def describe(self, environ, body):
        signature = re.search(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
        key, region, service = signature.groups() if signature else ("", "", "")
        parameters, rest = None, None
        if target := environ.get("HTTP_X_AMZ_TARGET"):
            operation = target.split(".")[-1]
            parameters = json.loads(body or b"{}")
        elif environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
            parameters = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
            operation = parameters.get("Action", "?")
        elif rest := self.check.rest(service, environ["REQUEST_METHOD"], environ["PATH_INFO"],
                dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", ""))), json.loads(body or b"{}") if self.is_json(environ) else {}):
            operation, parameters = rest
        else:
            query = environ.get("QUERY_STRING")
            operation = f"{environ['REQUEST_METHOD']} /bucket{'?' + query if query else ''}"
        wrong = self.check.problems(service, operation, parameters) if parameters is not None else []
        whom = re.search(r"kind ?= ?([^,;]+)", environ.get("HTTP_BAGGAGE", ""))
        return {"key": key, "region": region, "service": service, "operation": operation, "rest": rest is not None, "wrong": wrong,
            "kind": urllib.parse.unquote(whom[1]) if whom else "", "actions": [], "status": 0}

    @staticmethod
    def is_json(environ):
        return environ.get("CONTENT_TYPE", "") == "application/json"

    @staticmethod
    def applies(fault, call, body):
        if fault["times"] <= 0 or fault["key"] != call["key"] or fault["service"] not in ("", call["service"]):
            return False
        if not re.fullmatch(fault["operation"], call["operation"]):
            return False
        fault["after"] -= 1
        return fault["after"] < 0

    @staticmethod
    def error(fault, call, environ, start_response):
        is_json = environ.get("HTTP_X_AMZ_TARGET") or call["rest"]
        code, message = fault["code"], fault["message"] if is_json else html.escape(fault["message"])
        inside = f"<Code>{code}</Code><Message>{message}</Message>"
        call["status"] = fault["status"]
        if is_json:
            kind, text = "application/x-amz-json-1.1", json.dumps({"__type": code, "message": message})
        elif call["service"] == "ec2":
            kind = "text/xml"
            text = f"<Response><Errors><Error>{inside}</Error></Errors><RequestID>r</RequestID></Response>"
        elif call["service"] == "s3":
            kind, text = "application/xml", f"<Error>{inside}<RequestId>r</RequestId></Error>"
        else:
            kind = "text/xml"
            text = f"<ErrorResponse><Error><Type>Sender</Type>{inside}</Error><RequestId>r</RequestId></ErrorResponse>"
        CLOCK.ahead = fault["skew"]
        start_response(f"{fault['status']} Fault", [("Content-Type", kind)])
        return [text.encode()]

    @staticmethod
    def reset(environ):
        """Closes the connection so that the client sees it broken."""
        connection = environ["werkzeug.socket"]
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()
        raise ConnectionResetError("a fault that was asked for")

    def control(self, what, environ, body, start_response):
        query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", "")))
        method = environ["REQUEST_METHOD"]
        answer = {}
        with self.lock:
            if what == "faults" and method == "POST":
                standard = {"service": "", "operation": ".*", "times": 1, "after": 0, "code": "Throttling", "message": "Rate exceeded",
                    "status": 400, "skew": 0}
                self.faults.append(standard | json.loads(body))
            elif what == "faults" and method == "DELETE":
                self.faults = [each for each in self.faults if each["key"] != query["key"]]
            elif what == "journal" and method == "DELETE":
                self.journal = [each for each in self.journal if each["key"] != query["key"]]
            elif what == "journal":
                answer = [each for each in self.journal if each["key"] == query["key"]]
            elif what == "world" and method == "POST":
                answer = world.change(query["account"], json.loads(body))
            elif what == "tasks":
                answer = job_world.started(query["account"])
            elif what == "fewest":
                answer = ecs_world.FEWEST[query["account"]]
            elif what == "world":
                answer = world.contents(query["account"])
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port_file")
    parser.add_argument("--speed", type=float, default=1, help="how many times faster than AWS things become ready")
    parser.add_argument("--registry", help="where images are pushed to")
    arguments = parser.parse_args()
    if moto.__version__ != KNOWN_MOTO:
        sys.exit(f"This is made for moto {KNOWN_MOTO}, and here is {moto.__version__}.")

    peer = Peer()
    world.start(arguments.speed)
    ecs_world.start(arguments.speed)
    ec2_world.start(arguments.speed)
    world.CHANGES["shortage"] = ec2_world.SHORTAGES.__setitem__
    world.CHANGES["disconnected"] = lambda account, _: ec2_world.disconnect(account)
    world.CHANGES["machines_end"] = lambda account, _: ec2_world.end_all(account)
    world.CHANGES["mute"] = lambda account, _: ec2_world.MUTE.add(account)
    world.CHANGES["watched"] = lambda account, most: ecs_world.FEWEST.__setitem__(account, most)
    ecr_world.start(arguments.registry)
    job_world.start()

    class Handler(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_request(self, *_):
            pass

        def date_time_string(self, timestamp=None):
            ahead, CLOCK.ahead = getattr(CLOCK, "ahead", 0), 0
            return super().date_time_string(time.time() + ahead)

        def log_error(self, *_):
            pass

    server = make_server("127.0.0.1", 0, peer, threaded=True, request_handler=Handler)
    os.environ["MOTO_PORT"] = str(server.port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with open(arguments.port_file + ".new", "w") as file:
        file.write(str(server.port))
    os.rename(arguments.port_file + ".new", arguments.port_file)
    sys.stdin.buffer.read()
    os._exit(0)


main()
