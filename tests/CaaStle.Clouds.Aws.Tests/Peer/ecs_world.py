"""Services of ECS that run tasks, which moto's do not. Tasks start, take requests, end and write as the names of their images say."""
import copy
import itertools
import threading
import time

from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.ecs import models as ecs
from moto.ecs.models import EC2ContainerServiceBackend, ecs_backends
from moto.elbv2 import models as elbv2
from moto.elbv2.models import elbv2_backends
from moto.logs.models import logs_backends

import ecr_world
import world

TICK = 0.02
START = 20
HEALTH = 15
SPEED = 1.0
MANAGED_STATE = lambda self: None

# ---- What moto does and must not

ecs.Task.advance = MANAGED_STATE
original_list = EC2ContainerServiceBackend.list_tasks


def list_tasks(self, cluster_str=None, container_instance=None, family=None, started_by=None, service_name=None, desiredStatus=None):
    tasks = original_list(self, cluster_str, container_instance, family, started_by, None, desiredStatus or "RUNNING")
    return [task for task in tasks if not service_name or task.group == f"service:{service_name.split('/')[-1]}"]


original_update = EC2ContainerServiceBackend.update_service


def update_service(self, properties):
    service = self._get_service(properties.get("cluster", "default"), properties["service"].split("/")[-1])
    running, pending, definition = service.running_count, service.pending_count, properties.get("task_definition")
    answer = original_update(self, properties)
    service.running_count, service.pending_count = running, pending
    if definition and service.deployments and service.deployments[0]["taskDefinition"] != definition:
        latest = copy.copy(service.deployments[0])
        service.deployments[0]["status"] = "ACTIVE"
        latest.update(
            id=f"ecs-svc/{time.time_ns()}", status="PRIMARY", taskDefinition=definition, rolloutState="IN_PROGRESS", createdAt=utcnow())
        service.deployments.insert(0, latest)
    elif service.deployments:
        service.deployments[0]["rolloutState"] = "IN_PROGRESS"
    return answer


original_create = EC2ContainerServiceBackend.create_service


def create_service(self, cluster_str, service_name, *args, **kwargs):
    existing = self.services.get(f"{self._get_cluster(cluster_str).name}:{service_name}")
    if existing is not None and existing.status == "ACTIVE":
        raise InvalidParameter("Creation of service was not idempotent.")
    groups = elbv2_backends[self.account_id][self.region_name].target_groups
    for balancer in kwargs.get("load_balancers") or []:
        group = groups.get(balancer["targetGroupArn"])
        if group is None or not group.load_balancer_arns:
            raise InvalidParameter(
                f"The target group with targetGroupArn {balancer['targetGroupArn']} does not have an associated load balancer.")
    return original_create(self, cluster_str, service_name, *args, **kwargs)


class InvalidParameter(JsonRESTError):
    code = 400

    def __init__(self, message):
        super().__init__("InvalidParameterException", message)


EC2ContainerServiceBackend.list_tasks = list_tasks
EC2ContainerServiceBackend.update_service = update_service
EC2ContainerServiceBackend.create_service = create_service

# ---- The life of tasks

HEALTHY_SINCE = {}
HOST_PORTS = itertools.cycle(range(32768, 61000))
original_health = elbv2.FakeTargetGroup.health_for


def health_for(self, target, backend):
    since = HEALTHY_SINCE.get((self.arn, name_of(target)))
    if since is None:
        return original_health(self, target, backend)
    health = elbv2.FakeHealthStatus(target["Id"], target["Port"], self.health_check_port, "healthy")
    if time.monotonic() < since:
        health.status, health.reason, health.description = "initial", "Elb.RegistrationInProgress", "Target registration is in progress"
    return health


elbv2.FakeTargetGroup.health_for = health_for


def name_of(target):
    return f"{target['Id']}:{target['Port']}"


def start_task(backend, cluster, service, deployment):
    definition = backend.describe_task_definition(deployment["taskDefinition"])
    machine = place(backend, cluster, definition) if service.launch_type == "EC2" else None
    if machine is None and service.launch_type == "EC2":
        say_no_room(service)
        return
    task = ecs.Task(
        cluster, definition, machine and machine.container_instance_arn, {}, backend, f"service:{service.name}", service.launch_type, {}, deployment["id"], [],
        service.network_configuration)
    task._status, task._transitions, task.born = "PROVISIONING", [], time.monotonic()
    task.image = definition.container_definitions[0]["image"]
    task.definition = definition
    task.machine, task.host_port = machine, next(HOST_PORTS)
    backend.tasks.setdefault(cluster.name, {})[task.task_arn] = task


def memory_of(definition):
    return sum(container.get("memory", 0) for container in definition.container_definitions)


def place(backend, cluster, definition):
    """The machine with the most room; none where none has enough."""
    room = {}
    for machine in backend.container_instances.get(cluster.name, {}).values():
        whole = next(each["integerValue"] for each in machine.registered_resources if each["name"] == "MEMORY")
        taken = sum(memory_of(task.definition) for task in backend.tasks.get(cluster.name, {}).values()
            if task.container_instance_arn == machine.container_instance_arn and task.desired_status == "RUNNING")
        room[machine] = whole - taken
    best = max(room, key=room.get, default=None)
    return best if best is not None and room[best] >= memory_of(definition) else None


def say_no_room(service):
    message = (f"(service {service.name}) was unable to place a task because no container instance met all of its requirements. "
        "Reason: No Container Instances have enough memory.")
    if not service.events or service.events[0]["message"] != message or service.events[0]["createdAt"] < service.deployments[0]["createdAt"]:
        service.events.insert(0, {"id": str(len(service.events)), "createdAt": utcnow(), "message": message})


def lose_machine(backend, cluster, machine):
    for service in list(backend.services.values()):
        for task in list(backend.tasks.get(cluster, {}).values()):
            if task.container_instance_arn == machine and task.group == f"service:{service.name}" and task.desired_status == "RUNNING":
                stop_task(backend, service, task, "ServiceSchedulerInitiated", "The machine is gone")


def stop_task(backend, service, task, code, reason, exit_code=None):
    for balancer in service.load_balancers:
        group = elbv2_backends[backend.account_id][backend.region_name].target_groups.get(balancer.get("targetGroupArn"))
        if group is not None:
            group.targets.pop(name_of(target_of(task, balancer)), None)
    end_task(backend, task, code, reason, exit_code)


def end_task(backend, task, code, reason, exit_code):
    for attachment in task.attachments:
        for detail in attachment["details"]:
            if detail["name"] == "networkInterfaceId":
                ec2_backends[backend.account_id][backend.region_name].enis.pop(detail["value"], None)
    task.last_status = task.desired_status = "STOPPED"
    task.stop_code, task.stopped_reason = code, reason
    for container in task.containers:
        container.exitCode = container.exit_code = exit_code
        container.reason = reason if code == "TaskFailedToStart" else None


def target_of(task, balancer):
    """As the load balancer knows it: a port of the machine, or an address of its own."""
    if task.machine is not None:
        return {"Id": task.machine.ec2_instance_id, "Port": task.host_port}
    return {"Id": address_of(task), "Port": balancer.get("containerPort", 80)}


def address_of(task):
    return next(detail["value"] for one in task.attachments for detail in one["details"] if detail["name"] == "privateIPv4Address")


def write(backend, task, *lines):
    for container in task.definition.container_definitions:
        options = (container.get("logConfiguration") or {}).get("options")
        group = options and logs_backends[backend.account_id][backend.region_name].groups.get(options["awslogs-group"])
        if group is not None:
            name = f"{options['awslogs-stream-prefix']}/{container['name']}/{task.id}"
            if name not in group.streams:
                group.create_log_stream(name)
            group.put_log_events(name, [{"timestamp": int(time.time() * 1000), "message": line} for line in lines])


def advance(backend, service, task):
    """One step of a task that is to run."""
    if task.last_status == "RUNNING" or time.monotonic() - task.born < START / SPEED:
        return
    if "missing" in task.image or ecr_world.is_missing(task.image):
        stop_task(backend, service, task, "TaskFailedToStart", f"CannotPullContainerError: {task.image} not found")
        return
    if "exits" in task.image:
        write(backend, task, "starting", "the database does not answer")
        stop_task(backend, service, task, "EssentialContainerExited", "Essential container in task exited", 1)
        return
    if "unwell" in task.image:
        write(backend, task, "starting")
        group = service.load_balancers[0]["targetGroupArn"] if service.load_balancers else ""
        stop_task(backend, service, task, "ServiceSchedulerInitiated", f"Task failed ELB health checks in (target-group {group})")
        return
    task.last_status = "RUNNING"
    write(backend, task, f"{task.image} is listening")
    for balancer in service.load_balancers:
        group = elbv2_backends[backend.account_id][backend.region_name].target_groups.get(balancer.get("targetGroupArn"))
        if group is not None:
            target = target_of(task, balancer)
            if group.target_type != ("ip" if task.machine is None else "instance"):
                continue
            HEALTHY_SINCE[group.arn, name_of(target)] = time.monotonic() + HEALTH / SPEED
            group.targets[name_of(target)] = target


def is_well(service, task):
    if task.last_status != "RUNNING":
        return False
    return all(HEALTHY_SINCE.get((balancer.get("targetGroupArn"), name_of(target_of(task, balancer))), float("inf")) <= time.monotonic()
        for balancer in service.load_balancers)


def tick_service(backend, service):
    cluster = backend.clusters.get(service.cluster_name)
    if cluster is None:
        return
    own = [task for task in list(backend.tasks.get(cluster.name, {}).values()) if task.group == f"service:{service.name}"
        and task.desired_status == "RUNNING"]
    if service.status == "INACTIVE":
        for task in own:
            stop_task(backend, service, task, "UserInitiated", "The service was deleted")
        service.running_count = service.pending_count = 0
        return
    for task in own:
        advance(backend, service, task)
    own = [task for task in own if task.desired_status == "RUNNING"]
    primary = service.deployments[0]
    current = [task for task in own if task.started_by == primary["id"]]
    former = [task for task in own if task.started_by != primary["id"]]
    for _ in range(service.desired_count - len(current)):
        start_task(backend, cluster, service, primary)
    for task in current[service.desired_count:]:
        stop_task(backend, service, task, "ServiceSchedulerInitiated", "Scaling activity")
    well = sum(is_well(service, task) for task in current)
    for task in former[:max(0, well + len(former) - service.desired_count)]:
        stop_task(backend, service, task, "ServiceSchedulerInitiated", "Scaling activity initiated by deployment")
    own = [task for task in backend.tasks.get(cluster.name, {}).values() if task.group == f"service:{service.name}"
        and task.desired_status == "RUNNING"]
    service.running_count = sum(task.last_status == "RUNNING" for task in own)
    service.pending_count = len(own) - service.running_count
    if well >= service.desired_count and len(own) == service.desired_count and all(task.started_by == primary["id"] for task in own):
        primary["rolloutState"] = "COMPLETED"
        service.deployments[:] = [primary]


def run():
    while True:
        for _, regions in world.lively(ecs_backends):
            for backend in list(regions.values()):
                for service in list(backend.services.values()):
                    try:
                        tick_service(backend, service)
                    except Exception as failure:
                        print(f"{service.name}: {failure!r}", flush=True)
        time.sleep(TICK)


def start(speed):
    global SPEED
    SPEED = speed
    threading.Thread(target=run, daemon=True).start()
