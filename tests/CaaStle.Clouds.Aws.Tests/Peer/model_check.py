"""Compares requests with AWS's own published models of its services, which botocore has: operation, members, required ones, wire names."""
import re
import urllib.parse

import botocore.session

SERVICES = {
    "elasticfilesystem": "efs", "elasticloadbalancing": "elbv2", "servicequotas": "service-quotas", "tagging": "resourcegroupstaggingapi",
}
JSON_TYPES = {
    "string": str, "integer": int, "long": int, "boolean": bool, "float": (int, float), "double": (int, float), "timestamp": (int,
        float, str),
    "blob": str,
}


class ModelCheck:
    def __init__(self):
        self.session = botocore.session.get_session()
        self.models = {}
        self.seen = {}

    def problems(self, service, operation, parameters):
        """What is wrong with a request; looked at once for all that have the same members."""
        key = (service, operation, *self.names(parameters))
        if key not in self.seen:
            self.seen[key] = self.check(service, operation, parameters)
        return self.seen[key]

    def model(self, service):
        name = SERVICES.get(service, service)
        if name not in self.models:
            self.models[name] = self.session.get_service_model(name)
        return self.models[name]

    def rest(self, service, method, path, query, body):
        """The operation and its members of a request whose method and path say what it is; None where the service has no such requests."""
        if not service or service == "s3" or self.model(service).metadata["protocol"] != "rest-json":
            return None
        operation, found = next(
            ((each, match) for each in map(self.model(service).operation_model, self.model(service).operation_names)
                if each.http["method"] == method and (match := self.route(each).fullmatch(path))), (None, None))
        if operation is None:
            return f"{method} {path}", {}
        members = operation.input_shape.members if operation.input_shape else {}
        placed = {member.serialization.get("name", name): name for name, member in members.items() if "location" in member.serialization}
        given = {**{name: urllib.parse.unquote(value) for name, value in found.groupdict().items()}, **query}
        numbers = {name for name, member in members.items() if member.type_name in ("integer", "long")}
        return operation.name, body | {
            placed.get(wire, wire): int(value) if placed.get(wire) in numbers else value for wire, value in given.items()}

    @staticmethod
    def route(operation):
        return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(operation.http["requestUri"])))

    def names(self, value):
        if isinstance(value, dict):
            return tuple((name, self.names(inner)) for name, inner in sorted(value.items()))
        return tuple(self.names(inner) for inner in value) if isinstance(value, list) else ()

    def check(self, service, operation, parameters):
        name, model = SERVICES.get(service, service), self.model(service)
        if operation not in model.operation_names:
            return [f"{name} has no operation {operation}"]
        shape = model.operation_model(operation).input_shape
        if model.metadata["protocol"] in ("query", "ec2"):
            return [f"{operation}: {each}" for each in self.query(model, shape, parameters)]
        return [f"{operation}: {each}" for each in self.json(shape, parameters, "")]

    def json(self, shape, value, path):
        kind = shape.type_name if shape is not None else "structure"
        if kind == "structure":
            members = shape.members if shape is not None else {}
            if not isinstance(value, dict):
                yield f"{path} is no structure"
                return
            for name, inner in value.items():
                if name not in members:
                    yield f"there is no member {path}.{name}"
                else:
                    yield from self.json(members[name], inner, f"{path}.{name}")
            for name in shape.required_members if shape is not None else []:
                if name not in value:
                    yield f"{path}.{name} is missing"
        elif kind == "list":
            if not isinstance(value, list):
                yield f"{path} is no list"
                return
            for index, inner in enumerate(value):
                yield from self.json(shape.member, inner, f"{path}[{index}]")
        elif kind == "map":
            for key, inner in value.items():
                yield from self.json(shape.value, inner, f"{path}.{key}")
        elif not isinstance(value, JSON_TYPES[kind]) or (kind in ("integer", "long") and isinstance(value, bool)):
            yield f"{path} is no {kind}"
        elif kind == "string" and shape.enum and value not in shape.enum:
            yield f"{path} is '{value}', not one of {shape.enum}"

    def query(self, model, shape, parameters):
        flat = model.metadata["protocol"] == "ec2"
        given = {name for name in parameters if name not in ("Action", "Version")}
        used = set()
        yield from self.query_shape(shape, "", given, used, parameters, flat)
        for name in sorted(given - used):
            yield f"there is no member {name}"

    def query_shape(self, shape, prefix, given, used, parameters, flat):
        kind = shape.type_name if shape is not None else "structure"
        if kind == "structure":
            for name, member in (shape.members if shape is not None else {}).items():
                wire = self.member_name(name, member, flat)
                path = f"{prefix}.{wire}" if prefix else wire
                inside = {each for each in given if each == path or each.startswith(path + ".")}
                if inside:
                    yield from self.query_shape(member, path, inside, used, parameters, flat)
                elif name in shape.required_members:
                    yield f"{path} is missing"
        elif kind == "list":
            flattened = flat or shape.serialization.get("flattened")
            between = "" if flattened else "." + shape.member.serialization.get("name", "member")
            numbers = {match[1] for each in given if (match := re.match(re.escape(prefix + between) + r"\.(\d+)(\.|$)", each))}
            for number in numbers:
                path = f"{prefix}{between}.{number}"
                inside = {each for each in given if each == path or each.startswith(path + ".")}
                yield from self.query_shape(shape.member, path, inside, used, parameters, flat)
        elif prefix in given:
            used.add(prefix)
            value = parameters[prefix]
            if kind in ("integer", "long") and not re.fullmatch(r"-?\d+", value):
                yield f"{prefix} is no {kind}"
            if kind == "boolean" and value not in ("true", "false"):
                yield f"{prefix} is no boolean"
            if kind == "string" and shape.enum and value not in shape.enum:
                yield f"{prefix} is '{value}', not one of {shape.enum}"

    @staticmethod
    def member_name(name, member, flat):
        if not flat:
            return member.serialization.get("name", name)
        if "queryName" in member.serialization:
            return member.serialization["queryName"]
        wire = member.serialization.get("name", name)
        return wire[0].upper() + wire[1:]
