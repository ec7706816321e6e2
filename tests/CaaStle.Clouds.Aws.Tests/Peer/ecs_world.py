"""
Services of ECS that run tasks, which moto's do not. Tasks start, take requests, end and write as the names of their images say. What
security groups do not let through does not arrive.
"""
import copy
import inspect
import itertools
import threading
import time

from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.ecs import models as ecs
from moto.ecs.models import EC2ContainerServiceBackend, ecs_backends
from moto.efs.models import efs_backends
from moto.elbv2 import models as elbv2
from moto.elbv2.models import elbv2_backends
from moto.logs.models import logs_backends

import ecr_world
import world

TICK = 0.02
START = 20
HEALTH = 15
AGAIN = 60
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
SIGNATURE = inspect.signature(original_create)


def create_service(self, *args, **kwargs):
    given = SIGNATURE.bind(self, *args, **kwargs)
    given.apply_defaults()
    asked = given.arguments
    cluster_str, service_name = asked["cluster_str"], asked["service_name"]
    existing = self.services.get(f"{self._get_cluster(cluster_str).name}:{service_name}")
    if existing is not None and existing.status == "ACTIVE":
        raise InvalidParameter("Creation of service was not idempotent.")
    definition = self.describe_task_definition(asked["task_definition_str"])
    check_network(definition, asked["network_configuration"])
    groups = elbv2_backends[self.account_id][self.region_name].target_groups
    for balancer in asked["load_balancers"] or []:
        group = groups.get(balancer["targetGroupArn"])
        if group is None or not group.load_balancer_arns:
            raise InvalidParameter(
                f"The target group with targetGroupArn {balancer['targetGroupArn']} does not have an associated load balancer.")
    return original_create(self, *args, **kwargs)


def check_network(definition, configuration):
    if definition.network_mode != "awsvpc" and configuration:
        raise InvalidParameter("Network Configuration is not valid for the given networkMode of this task definition.")


class InvalidParameter(JsonRESTError):
    code = 400

    def __init__(self, message):
        super().__init__("InvalidParameterException", message)


EC2ContainerServiceBackend.list_tasks = list_tasks
EC2ContainerServiceBackend.update_service = update_service
EC2ContainerServiceBackend.create_service = create_service

# ---- The life of tasks

STEADY = "has reached a steady state"
HEALTHY_SINCE = {}
# By account, since it was asked: how many replicas of a service at least took requests at any time.
FEWEST = {}
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


# ---- Who reaches whom

NOT_MOUNTED = "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: mount.nfs4: Connection timed out"


def groups_of(backend, task):
    """Of the task, or of the machine whose network it has."""
    if task.machine is not None and not task.attachments:
        machine = ec2_backends[backend.account_id][backend.region_name].get_instance(task.machine.ec2_instance_id)
        return [group.id for group in machine.security_groups]
    return task.network_configuration["awsvpcConfiguration"]["securityGroups"]


def let_in(backend, groups, port, sources):
    """Whether one of the groups lets in members of one of the others at the port."""
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    rules = [rule for group in groups for rule in ec2.get_security_group_from_id(group).ingress_rules]
    return any(int(rule.from_port) <= port <= int(rule.to_port)
        and ((rule.source_group or {}).get("GroupId") in sources or (rule.ip_range or {}).get("CidrIp") == "0.0.0.0/0")
        for rule in rules)


def can_mount(backend, task):
    files = efs_backends[backend.account_id][backend.region_name].file_systems_by_id
    wanted = [volume["efsVolumeConfiguration"]["fileSystemId"] for volume in task.definition.volumes if "efsVolumeConfiguration" in volume]
    return all(let_in(backend, target.security_groups, 2049, groups_of(backend, task))
        for each in wanted for target in files[each].iter_mount_targets())


def is_reached(backend, task, group, target):
    """Whether the load balancer gets through to where the replica takes requests."""
    balancers = elbv2_backends[backend.account_id][backend.region_name].load_balancers
    sources = {one for arn in group.load_balancer_arns if arn in balancers for one in balancers[arn].security_groups}
    return let_in(backend, groups_of(backend, task), int(target["Port"]), sources)


def memory_of(definition):
    return sum(container.get("memory", 0) for container in definition.container_definitions)


def place(backend, cluster, definition):
    """The machine with the most room; none where none has enough."""
    room = {}
    for machine in list(backend.container_instances.get(cluster.name, {}).values()):
        if machine.status != "ACTIVE" or not machine.agent_connected:
            continue
        whole = next(each["integerValue"] for each in machine.registered_resources if each["name"] == "MEMORY")
        taken = sum(memory_of(task.definition) for task in backend.tasks.get(cluster.name, {}).values()
            if task.container_instance_arn == machine.container_instance_arn and task.desired_status == "RUNNING")
        room[machine] = whole - taken
    best = max(room, key=room.get, default=None)
    return best if best is not None and room[best] >= memory_of(definition) else None


def tasks_on(backend, cluster, machine):
    return [task for task in list(backend.tasks.get(cluster, {}).values())
        if task.container_instance_arn == machine.container_instance_arn and task.last_status != "STOPPED"]


def say(service, message):
    """Newest first; the same again only after a while."""
    if not service.events or service.events[0]["message"] != message or (utcnow() - service.events[0]["createdAt"]).total_seconds() > AGAIN / SPEED:
        service.events.insert(0, {"id": str(len(service.events)), "createdAt": utcnow(), "message": message})


def say_no_room(service):
    say(service, f"(service {service.name}) was unable to place a task because no container instance met all of its requirements. "
        "Reason: No Container Instances have enough memory.")


def lose_machine(backend, cluster, machine):
    services = {f"service:{service.name}": service for service in list(backend.services.values())}
    for task in tasks_on(backend, cluster, machine):
        if task.group in services:
            stop_task(backend, services[task.group], task, "ServiceSchedulerInitiated", "The machine is gone")
        else:
            end_task(backend, task, None, f"Host EC2 (instance {machine.ec2_instance_id}) terminated.", None)


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
    if not can_mount(backend, task):
        stop_task(backend, service, task, "TaskFailedToStart", NOT_MOUNTED)
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
            well_in = HEALTH / SPEED if is_reached(backend, task, group, target) else float("inf")
            HEALTHY_SINCE[group.arn, name_of(target)] = time.monotonic() + well_in
            group.targets[name_of(target)] = target


def is_well(service, task):
    if task.last_status != "RUNNING":
        return False
    return all(HEALTHY_SINCE.get((balancer.get("targetGroupArn"), name_of(target_of(task, balancer))), float("inf")) <= time.monotonic()
        for balancer in service.load_balancers)


def is_to_move(task):
    return task.machine is not None and task.machine.status == "DRAINING"


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
    current = [task for task in own if task.started_by == primary["id"] and not is_to_move(task)]
    former = [task for task in own if task not in current]
    for _ in range(service.desired_count - len(current)):
        start_task(backend, cluster, service, primary)
    for task in current[service.desired_count:]:
        stop_task(backend, service, task, "ServiceSchedulerInitiated", "Scaling activity")
    well = sum(is_well(service, task) for task in current)
    if service.desired_count > 0 and backend.account_id in FEWEST:
        FEWEST[backend.account_id] = min(FEWEST[backend.account_id], sum(is_well(service, task) for task in own))
    for task in former[:max(0, well + len(former) - service.desired_count)]:
        stop_task(backend, service, task, "ServiceSchedulerInitiated", "Scaling activity initiated by deployment")
    own = [task for task in backend.tasks.get(cluster.name, {}).values() if task.group == f"service:{service.name}"
        and task.desired_status == "RUNNING"]
    service.running_count = sum(task.last_status == "RUNNING" for task in own)
    service.pending_count = len(own) - service.running_count
    if well >= service.desired_count and len(own) == service.desired_count and all(task.started_by == primary["id"] for task in own):
        if STEADY not in (service.events[0]["message"] if service.events else ""):
            say(service, f"(service {service.name}) {STEADY}.")
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
