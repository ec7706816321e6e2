"""Tasks of ECS that run once, which moto's never end. Their command says how they do: `exit CODE`, or `vanish` from ECS's memory."""
import json
import threading
import time

from moto.core.responses import ActionResult
from moto.ecs.models import EC2ContainerServiceBackend, ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.logs.responses import LogsResponse
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend

import ecs_world
import world

BY_TOKEN = {}
STARTED = []

# ---- What moto does not: one task for each token, and families whose definitions are gone

original_run = EC2ContainerServiceResponse.run_task


def run_task(self):
    token = (self.current_account, self.region, self._get_param("cluster"), self._get_param("clientToken"))
    if token in BY_TOKEN:
        return ActionResult({"tasks": BY_TOKEN[token], "failures": []})
    answer = original_run(self)
    if not answer.result["tasks"]:
        return ActionResult({"tasks": [], "failures": [{"arn": "a machine", "reason": "RESOURCE:MEMORY"}]})
    BY_TOKEN[token] = answer.result["tasks"]
    for task in answer.result["tasks"]:
        task.definition = self.ecs_backend.describe_task_definition(self._get_param("taskDefinition"))
        task._status, task._transitions, task.born = "PROVISIONING", [], time.monotonic()
        task.containers[0].name = task.definition.container_definitions[0]["name"]
        STARTED.append((self.current_account, task.definition.family))
    return answer


EC2ContainerServiceResponse.run_task = run_task
original_start = EC2ContainerServiceBackend.run_task


def start_task(self, cluster_str, task_definition_str, count, overrides, started_by, tags, launch_type, networking_configuration=None, *args):
    definition, cluster = self.describe_task_definition(task_definition_str), self._get_cluster(cluster_str)
    ecs_world.check_network(definition, networking_configuration)
    machine = None
    if launch_type == "EC2":
        if not any(each.status == "ACTIVE" for each in self.container_instances.get(cluster.name, {}).values()):
            raise ecs_world.InvalidParameter("No Container Instances were found in your cluster.")
        machine = ecs_world.place(self, cluster, definition)
        if machine is None:
            return []
    # moto's own machines never have room again.
    tasks = original_start(
        self, cluster_str, task_definition_str, count, overrides, started_by, tags, "FARGATE", networking_configuration, *args)
    for task in tasks:
        task.launch_type, task.machine, task.container_instance_arn = launch_type, machine, machine and machine.container_instance_arn
    return tasks


EC2ContainerServiceBackend.run_task = start_task
original_list = EC2ContainerServiceBackend.list_tasks


def list_tasks(self, cluster_str=None, container_instance=None, family=None, started_by=None, service_name=None, desiredStatus=None):
    tasks = original_list(self, cluster_str, container_instance, None, started_by, service_name, desiredStatus)
    return [task for task in tasks if not family or f":task-definition/{family}:" in task.task_definition_arn]


EC2ContainerServiceBackend.list_tasks = list_tasks
original_stop = EC2ContainerServiceBackend.stop_task


def stop_task(self, cluster_str, task_str, reason):
    task = original_stop(self, cluster_str, task_str, reason)
    ecs_world.end_task(self, task, "UserInitiated", reason, 137)
    return task


EC2ContainerServiceBackend.stop_task = stop_task
original_filter = LogsResponse.filter_log_events


def filter_log_events(self):
    if prefix := self._get_param("logStreamNamePrefix"):
        group = self.logs_backend.groups.get(self._get_param("logGroupName"))
        names = [name for name in group.streams if name.startswith(prefix)] if group else []
        if group and not names:
            return '{"events": []}'
        self.body = json.dumps(json.loads(self.body) | {"logStreamNames": names})
    return original_filter(self)


LogsResponse.filter_log_events = filter_log_events
original_resources = ResourceGroupsTaggingAPIBackend._get_resources_generator


def resources(self, tag_filters=None, resource_type_filters=None):
    yield from original_resources(self, tag_filters=tag_filters, resource_type_filters=resource_type_filters)
    wanted = {each["Key"]: each.get("Values", []) for each in tag_filters or []}
    for tasks in list(ecs_backends[self.account_id][self.region_name].tasks.values()):
        for task in list(tasks.values()):
            tags = {each["key"]: each["value"] for each in task.tags}
            if all(key in tags and (not values or tags[key] in values) for key, values in wanted.items()):
                yield {"ResourceARN": task.task_arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


ResourceGroupsTaggingAPIBackend._get_resources_generator = resources

# ---- The life of tasks


def tick(backend, task):
    if time.monotonic() - task.born < ecs_world.START / ecs_world.SPEED:
        return
    definition = task.definition.container_definitions[0]
    if "missing" in definition["image"]:
        ecs_world.end_task(backend, task, "TaskFailedToStart", f"CannotPullContainerError: {definition['image']} not found", None)
        return
    if not ecs_world.can_mount(backend, task):
        ecs_world.end_task(backend, task, "TaskFailedToStart", ecs_world.NOT_MOUNTED, None)
        return
    if task.last_status != "RUNNING":
        task.last_status, task.born = "RUNNING", time.monotonic()
        ecs_world.write(backend, task, "begins")
        return
    command = definition.get("command") or ["exit", "0"]
    if command[0] == "vanish":
        backend.tasks[task.cluster_name].pop(task.task_arn, None)
    elif command[0] == "exit":
        ecs_world.write(backend, task, f"ends with {command[1]}")
        ecs_world.end_task(backend, task, "EssentialContainerExited", "Essential container in task exited", int(command[1]))


def run():
    while True:
        for _, regions in world.lively(ecs_backends):
            for backend in list(regions.values()):
                for tasks in list(backend.tasks.values()):
                    for task in list(tasks.values()):
                        if task.group.startswith("family:") and task.desired_status == "RUNNING" and hasattr(task, "born"):
                            tick(backend, task)
        time.sleep(ecs_world.TICK)


def started(account):
    """The families of the tasks that ever began, once for each time."""
    return sorted(family for owner, family in STARTED if owner == account)


def start():
    threading.Thread(target=run, daemon=True).start()
