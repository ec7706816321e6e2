"""The tests' imitation of AWS, where each call takes a while and is written down, and CloudFormation takes its time.

    python3 peer.py JOURNAL LATENCY_MS PORT_FILE --speed N

moto makes a stack at once, in the call. Here it is under way for as long as a service would take that loses no time of its own: the longest
chain of its resources, each with one call to create it, one to see it, and the time until it is available.
"""
import hashlib
import io
import json
import os
import re
import runpy
import sys
import threading
import time

import yaml
from moto.cloudformation.models import Stack
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests/CaaStle.Clouds.Aws.Tests/Peer")
sys.path.insert(0, TESTS)
JOURNAL, LATENCY = open(sys.argv[1], "a", buffering=1), float(sys.argv[2]) / 1000
SPEED = float(sys.argv[sys.argv.index("--speed") + 1])
LOCK = threading.Lock()

original_call = DomainDispatcherApplication.__call__


def call(self, environ, start_response):
    signature = re.search(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    if signature:
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = io.BytesIO(body)
        target = environ.get("HTTP_X_AMZ_TARGET", "").split(".")[-1]
        action = re.search(rb"(?:^|&)Action=(\w+)", body)
        operation = target or (action and action[1].decode()) or f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        asked = hashlib.sha1(environ["PATH_INFO"].encode() + body).hexdigest()
        entry = {"at": time.time(), "key": signature[1], "service": signature[3], "operation": operation, "asked": asked}
        time.sleep(LATENCY)
        with LOCK:
            JOURNAL.write(json.dumps(entry) + "\n")
    return original_call(self, environ, start_response)


DomainDispatcherApplication.__call__ = call


class Template(yaml.SafeLoader):
    pass


Template.add_multi_constructor("!", lambda loader, suffix, node: {suffix: loader.construct_scalar(node)})


def needed(value):
    """The names that a part of a template refers to."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("Ref", "GetAtt", "Fn::GetAtt", "DependsOn"):
                yield inner.split(".")[0] if isinstance(inner, str) else inner[0]
            else:
                yield from needed(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from needed(inner)


def duration(template):
    import ecs_world
    import world

    waits = {
        "AWS::RDS::DBInstance": world.DELAYS["database"],
        "AWS::ElasticLoadBalancingV2::LoadBalancer": world.DELAYS["balancer"],
        "AWS::ECS::Service": ecs_world.START + ecs_world.HEALTH,
    }
    resources, ends = yaml.load(template, Template)["Resources"], {}

    def end(name):
        if name not in ends:
            own = waits.get(resources[name]["Type"], 0) / SPEED + 2 * LATENCY
            ends[name] = own + max((end(each) for each in needed(resources[name]) if each in resources), default=0)
        return ends[name]

    return max(map(end, resources))


def read(self):
    value, since = self._status
    is_under_way = value == "CREATE_COMPLETE" and time.monotonic() - since < duration(self.template)
    return "CREATE_IN_PROGRESS" if is_under_way else value


def write(self, value):
    self._status = (value, time.monotonic())


Stack.status = property(read, write)
sys.argv[1:3] = []
runpy.run_path(os.path.join(TESTS, "peer.py"), run_name="__main__")
